import type { ResultColumn, StatementShape } from "../sql/executable.ts";

/** A shape, and others that have the same SQL but read their columns in another way. */
interface Entry {
  readonly shape: StatementShape;
  readonly next: Entry | undefined;
}

/**
 * A step on the way to a shape: one piece of SQL. Most steps are always followed by the same one, so the last is tried
 * first; comparing pieces costs next to nothing, because they are the same strings every time.
 */
export class ShapeStep {
  #text: string | undefined;
  #step: ShapeStep | undefined;
  #others: Map<string, ShapeStep> | undefined;
  #entry: Entry | undefined;

  /** The step for the piece that follows. */
  next(text: string): ShapeStep {
    const step = this.#step;
    if (text === this.#text && step !== undefined) return step;
    return this.#find(text);
  }

  /** The shape that ends here and has these columns. */
  shape(columns: readonly ResultColumn[] | undefined): StatementShape | undefined {
    for (let entry = this.#entry; entry !== undefined; entry = entry.next) {
      if (sameColumns(entry.shape.columns, columns)) return entry.shape;
    }
    return undefined;
  }

  /** Remembers a shape that ends here. */
  keep(shape: StatementShape): void {
    this.#entry = { shape, next: this.#entry };
  }

  #find(text: string): ShapeStep {
    const others = (this.#others ??= new Map());
    let step = others.get(text);
    if (step === undefined) {
      step = new ShapeStep();
      others.set(text, step);
      steps.count++;
    }
    this.#text = text;
    this.#step = step;
    return step;
  }
}

/** Programs that make up names (labels, aliases) at run time would fill the memory without a bound. */
const mostSteps = 200_000;

/**
 * The shapes of statements, by the pieces of their SQL. Values have no part in it. It is a memory, not a state:
 * forgetting everything in it changes nothing but the speed.
 */
const steps = { count: 0, root: new ShapeStep() };

/** Where the way to a shape begins. */
export function firstStep(): ShapeStep {
  if (steps.count > mostSteps) {
    steps.count = 0;
    steps.root = new ShapeStep();
  }
  return steps.root;
}

function sameColumns(a: readonly ResultColumn[] | undefined, b: readonly ResultColumn[] | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined || a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) {
    const left = a[index];
    const right = b[index];
    if (left !== right && (left?.name !== right?.name || left?.decode !== right?.decode)) return false;
  }
  return true;
}
