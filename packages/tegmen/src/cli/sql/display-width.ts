const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

// East Asian Wide and Fullwidth (Unicode TR 11), as far as terminals agree on them.
const wide =
  /^[\u1100-\u115F\u231A\u231B\u2329\u232A\u23E9-\u23F3\u2E80-\u303E\u3041-\uA4CF\uA960-\uA97F\uAC00-\uD7A3\uF900-\uFAFF\uFE10-\uFE19\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{17000}-\u{18CFF}\u{1B000}-\u{1B2FF}\u{20000}-\u{3FFFD}]/u;
const emoji = /^\p{Emoji_Presentation}|\uFE0F/u;
const invisible = /^[\p{Mark}\p{Default_Ignorable_Code_Point}]+$/u;
const printableAscii = /^[ -~]*$/;

/**
 * How many columns of a terminal a text takes: two for East Asian wide characters and emoji, none for
 * combining marks.
 *
 * @param text one line without control characters
 */
export function displayWidth(text: string): number {
  if (printableAscii.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes.segment(text)) {
    if (wide.test(segment) || emoji.test(segment)) width += 2;
    else if (!invisible.test(segment)) width += 1;
  }
  return width;
}

/** Control characters, and those that turn the direction of writing or hide: what could fool the reader. */
// oxlint-disable-next-line no-control-regex
const unsafe = /[\u0000-\u001F\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069\uFEFF]/g;

const names: ReadonlyMap<string, string> = new Map([
  ["\t", String.raw`\t`],
  ["\r", String.raw`\r`],
  ["\n", String.raw`\n`],
]);

/** Shows control characters as escapes, so that no value can move the cursor or change colours. */
export function escapeControls(text: string): string {
  return text.replace(unsafe, (character) => {
    const code = character.charCodeAt(0);
    const hex = code.toString(16);
    return names.get(character) ?? (code < 0x100 ? `\\x${hex.padStart(2, "0")}` : `\\u${hex.padStart(4, "0")}`);
  });
}
