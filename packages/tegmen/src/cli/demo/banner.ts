import { styled } from "../report.ts";

/** What the banner tells about a cluster. */
export interface ClusterFacts {
  readonly url: string;
  readonly kind: "cockroach" | "emulation";
  /** What it is, in a sentence or two. */
  readonly banner: string;
}

const maxWidth = 96;
const name = "tegmen demo";

/** What it is, and how to connect to it. */
export function bannerLines({ url, kind, banner }: ClusterFacts, stream: NodeJS.WriteStream): string[] {
  const label = (text: string): string => `  ${styled(stream, "dim", text.padEnd(9))}`;
  const [first = "", ...more] = wrap(`${name}: ${banner}`, Math.min(stream.columns || maxWidth, maxWidth));
  // Nobody is to take the one for the other.
  const style = kind === "emulation" ? "yellow" : "green";
  return [
    styled(stream, "bold", name) + styled(stream, style, first.slice(name.length)),
    ...more.map((line) => styled(stream, style, line)),
    "",
    `${label("URL")}${styled(stream, "cyan", url)}`,
    `${label("psql")}psql "${url}"`,
    `${label("shell")}npx tegmen sql --url "${url}"`,
    `${label("Node.js")}import { createEngine } from "tegmen";`,
    `${label("")}createEngine("${url}")`,
    "",
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
