import { styled } from "../report.ts";
import type { SecureAccess } from "./demo-user.ts";

/** What the banner tells about a cluster. */
export interface ClusterFacts {
  readonly url: string;
  readonly kind: "cockroach" | "emulation";
  /** What it is, in a sentence or two. */
  readonly banner: string;
  /** Only of a secure cluster. */
  readonly secure?: SecureAccess | undefined;
  /** The folder that keeps the data, if one does. */
  readonly persist?: string | undefined;
}

const maxWidth = 96;
const name = "tegmen demo";

/** What it is, and how to connect to it. */
export function bannerLines(facts: ClusterFacts, stream: NodeJS.WriteStream): string[] {
  const { kind, banner, secure, persist } = facts;
  const [first = "", ...more] = wrap(`${name}: ${banner}`, Math.min(stream.columns || maxWidth, maxWidth));
  // Nobody is to take the one for the other.
  const style = kind === "emulation" ? "yellow" : "green";
  const kept: readonly Row[] = persist === undefined ? [] : [["data", `${persist} (kept)`]];
  const rows =
    secure === undefined
      ? [...plainRows(facts, stream), ...kept]
      : [...accessRows(facts, secure, stream), ...kept, ["", ""] as const, ...connectRows()];
  return [
    styled(stream, "bold", name) + styled(stream, style, first.slice(name.length)),
    ...more.map((line) => styled(stream, style, line)),
    "",
    ...rows.map(([label, text]) => (text === "" ? "" : `  ${styled(stream, "dim", label.padEnd(9))}${text}`)),
    "",
  ];
}

type Row = readonly [label: string, text: string];

function plainRows({ url }: ClusterFacts, stream: NodeJS.WriteStream): readonly Row[] {
  return [
    ["URL", styled(stream, "cyan", url)],
    ["psql", `psql "${url}"`],
    ["shell", `npx tegmen sql --url "${url}"`],
    ["Node.js", 'import { createEngine } from "tegmen";'],
    ["", `createEngine("${url}")`],
  ];
}

function accessRows({ url }: ClusterFacts, secure: SecureAccess, stream: NodeJS.WriteStream): readonly Row[] {
  return [
    ["root", styled(stream, "cyan", url)],
    ["", styled(stream, "dim", "by the client certificate in the URL")],
    ["demo", styled(stream, "cyan", secure.userUrl)],
    ["", styled(stream, "dim", "by the password in the URL; an admin as well")],
    ["certs", secure.certificates],
  ];
}

/** The URLs that name certificates are long: they are not said again. */
function connectRows(): readonly Row[] {
  return [
    ["connect", 'export DATABASE_URL="one of these"'],
    ["psql", 'psql "$DATABASE_URL"'],
    ["shell", "npx tegmen sql"],
    ["Node.js", 'import { createEngine } from "tegmen";'],
    ["", 'createEngine(process.env["DATABASE_URL"])'],
  ];
}

/** Breaks a text into lines at its spaces. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
