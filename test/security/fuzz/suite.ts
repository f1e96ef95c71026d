/** A property that holds for every input. */
export interface Suite {
  readonly name: string;
  /** Tries so many inputs. Throws, with the smallest input that was found, if the property does not hold. */
  run(runs: number, seed: number): void;
}
