import { ArgumentError, describeValue } from "../errors/index.ts";

/** Checks a length or precision given to a type, because it becomes part of the SQL. */
export function checkTypeParameter(typeName: string, label: string, value: unknown, least: number, most: number): void {
  if (value === undefined) return;
  if (!Number.isSafeInteger(value) || (value as number) < least || (value as number) > most) {
    throw new ArgumentError(
      `${typeName}: ${label} is an integer from ${least} to ${most}, not ${typeof value === "object" ? "an object" : describeValue(value)}`,
    );
  }
}

/** Checks an option that is one of a few words. */
export function checkChoice(typeName: string, option: string, value: unknown, choices: readonly string[]): void {
  if (value === undefined || choices.includes(value as string)) return;
  const list = choices.map((choice) => `"${choice}"`).join(", ");
  throw new ArgumentError(
    `${typeName}: the option "${option}" is one of ${list}, not ${typeof value === "object" ? "an object" : describeValue(value)}`,
  );
}
