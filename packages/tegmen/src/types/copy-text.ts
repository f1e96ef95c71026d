const special = /[\\\t\n\r]/;
const allSpecial = /[\\\t\n\r]/g;
const escapes: Readonly<Record<string, string>> = {
  "\\": String.raw`\\`,
  "\t": String.raw`\t`,
  "\n": String.raw`\n`,
  "\r": String.raw`\r`,
};

/**
 * Writes one value for COPY in text format.
 *
 * @param text the value's text; null for NULL
 */
export function copyText(text: string | null): string {
  if (text === null) return String.raw`\N`;
  return special.test(text) ? text.replaceAll(allSpecial, (character) => escapes[character]!) : text;
}
