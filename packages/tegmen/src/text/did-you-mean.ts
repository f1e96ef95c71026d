/**
 * Finds the word that was probably meant.
 *
 * @param word what was written
 * @param candidates the words that exist
 * @returns the nearest candidate, or undefined when none is near
 *
 * @example
 * ```ts
 * nearest("sslmod", ["sslmode", "sslcert"]); // "sslmode"
 * ```
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const written = normalize(word);
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const distance = editDistance(written, normalize(candidate));
    const limit = Math.max(1, Math.floor(Math.max(written.length, candidate.length) / 3));
    if (distance <= limit && distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/**
 * The end of an error message about an unknown word.
 *
 * @param word what was written
 * @param candidates the words that exist
 * @returns `did you mean "x"?` when one is near, else `expected one of a, b, c`
 */
export function didYouMean(word: string, candidates: readonly string[]): string {
  const near = nearest(word, candidates);
  return near === undefined ? `expected one of ${candidates.join(", ")}` : `did you mean "${near}"?`;
}

/** Case and the choice between `_`, `-` and nothing are the commonest slips, so they cost nothing. */
function normalize(word: string): string {
  return word
    .slice(0, 64)
    .toLowerCase()
    .replaceAll(/[-_\s]/g, "");
}

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = at(previous, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(substitution, at(previous, j) + 1, at(row, j - 1) + 1));
    }
    previous = row;
  }
  return at(previous, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? 0;
}
