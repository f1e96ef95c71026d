/** Measurements at one moment, by name; all taken while nothing is under way. */
export type Sample = ReadonlyMap<string, number>;

/** How much a measurement may grow from the end of the warm-up to the end of the run. */
export interface Allowance {
  /** In its own unit. */
  readonly absolute: number;
  /** Of its median; the larger of both counts. */
  readonly relative: number;
}

/** How a measurement went. */
export interface Trend {
  readonly name: string;
  readonly first: number;
  readonly last: number;
  readonly lowest: number;
  readonly highest: number;
  /** Per hour: the median of the slopes between all pairs of samples (Theil-Sen), which outliers do not move. */
  readonly perHour: number;
  /** What that makes in the time that was measured. */
  readonly growth: number;
  readonly allowed: number;
  readonly flat: boolean;
}

/**
 * Looks whether measurements are flat.
 *
 * @param samples after the warm-up; all have the same names
 * @param interval milliseconds between two of them
 */
export function trends(
  samples: readonly Sample[],
  interval: number,
  allowances: ReadonlyMap<string, Allowance>,
): Trend[] {
  return [...(samples[0]?.keys() ?? [])].map((name) => {
    const values = samples.map((sample) => sample.get(name) ?? 0);
    const slope = theilSen(values);
    const growth = slope * (values.length - 1);
    const { absolute, relative } = allowances.get(name) ?? { absolute: 0, relative: 0 };
    const allowed = Math.max(absolute, relative * median(values));
    return {
      name,
      first: values[0]!,
      last: values.at(-1)!,
      lowest: Math.min(...values),
      highest: Math.max(...values),
      perHour: (slope * 3_600_000) / interval,
      growth,
      allowed,
      flat: growth <= allowed,
    };
  });
}

/** The median slope per step. */
export function theilSen(values: readonly number[]): number {
  const slopes: number[] = [];
  for (let left = 0; left < values.length; left++) {
    for (let right = left + 1; right < values.length; right++) {
      slopes.push((values[right]! - values[left]!) / (right - left));
    }
  }
  return median(slopes);
}

function median(values: readonly number[]): number {
  if (values.length === 0) return 0;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
