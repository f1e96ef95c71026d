import { BodyReader, ProtocolError } from "../wire/messages.ts";
import type { WireMessage } from "../wire/message-reader.ts";

const PROTOCOL_3 = 196_608;
const CANCEL = 80_877_102;
const SSL = 80_877_103;
const GSSENC = 80_877_104;

/** What the first packet of a connection asks for. */
export type StartupRequest =
  | { readonly kind: "ssl" }
  | { readonly kind: "gssenc" }
  | { readonly kind: "cancel"; readonly processId: number; readonly secret: number }
  | { readonly kind: "startup"; readonly minorVersion: number; readonly parameters: ReadonlyMap<string, string> }
  | { readonly kind: "unsupported"; readonly version: number };

/** Reads a connection's first packet. @throws {ProtocolError} when it is malformed. */
export function readStartup(message: WireMessage): StartupRequest {
  const body = new BodyReader(message);
  const code = body.uint32();
  if (code === SSL) return { kind: "ssl" };
  if (code === GSSENC) return { kind: "gssenc" };
  if (code === CANCEL) return { kind: "cancel", processId: body.uint32(), secret: body.uint32() };
  if (code >>> 16 !== PROTOCOL_3 >>> 16) return { kind: "unsupported", version: code };
  const parameters = new Map<string, string>();
  for (;;) {
    const key = body.string();
    if (key === "") break;
    parameters.set(key, body.string());
  }
  if (body.rest > 0) throw new ProtocolError("invalid startup packet layout: expected terminator as last byte");
  return { kind: "startup", minorVersion: code & 0xffff, parameters };
}

/**
 * Reads the `options` startup parameter: `-c name=value`, `-cname=value` and
 * `--name=value`, separated by blanks; a backslash keeps the next character.
 *
 * @throws {ProtocolError} for an option of another form.
 */
export function parseOptions(options: string): ReadonlyMap<string, string> {
  const words = splitWords(options);
  const settings = new Map<string, string>();
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? "";
    const text =
      word === "-c" ? (words[++i] ?? "") : word.startsWith("-c") || word.startsWith("--") ? word.slice(2) : undefined;
    const equals = text?.indexOf("=") ?? -1;
    if (text === undefined || equals <= 0) throw new ProtocolError(`option "${word}" is invalid, check '='`);
    settings.set(text.slice(0, equals).toLowerCase().replaceAll("-", "_"), text.slice(equals + 1));
  }
  return settings;
}

function splitWords(text: string): string[] {
  const words: string[] = [];
  let word = "";
  let open = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i] ?? "";
    if (c === "\\" && i + 1 < text.length) {
      word += text[++i] ?? "";
      open = true;
    } else if (/\s/.test(c)) {
      if (open) words.push(word);
      word = "";
      open = false;
    } else {
      word += c;
      open = true;
    }
  }
  if (open) words.push(word);
  return words;
}
