import { didYouMean } from "../text/did-you-mean.ts";
import { UsageError } from "./arguments.ts";
import { type CommandName, commandHelp, commandNames, mainHelp } from "./help.ts";
import { errorText } from "./report.ts";
import { packageVersion } from "./version.ts";

// Loaded when asked for, so that `--help` need not wait for a database driver.
const commands: Readonly<Record<CommandName, () => Promise<(args: readonly string[]) => Promise<number>>>> = {
  demo: async () => (await import("./demo/command.ts")).demoCommand,
  sql: async () => (await import("./sql/command.ts")).sqlCommand,
};

/**
 * The program `tegmen`.
 *
 * @param args the arguments after the program's name
 * @returns the exit code: 0, 1 for a failure, 2 for wrong usage
 */
export async function runCli(args: readonly string[]): Promise<number> {
  endQuietlyWithReader();
  try {
    return await dispatch(args);
  } catch (error) {
    const usage = error instanceof UsageError;
    process.stderr.write(`tegmen: ${errorText(error)}\n`);
    if (usage) process.stderr.write(`Try: tegmen ${isCommand(args[0]) ? `${args[0]} ` : ""}--help\n`);
    return usage ? 2 : 1;
  }
}

async function dispatch([first, ...rest]: readonly string[]): Promise<number> {
  if (first === undefined || first === "-h" || first === "--help" || first === "help") {
    const [topic] = rest;
    if (first === "help" && topic !== undefined) return help(topic);
    process.stdout.write(mainHelp);
    return 0;
  }
  if (first === "-V" || first === "--version") {
    process.stdout.write(`${packageVersion()}\n`);
    return 0;
  }
  if (first.startsWith("-")) {
    throw new UsageError(`unknown option ${first}: options of a command come after it, as in tegmen demo ${first}`);
  }
  if (!isCommand(first)) throw unknownCommand(first);
  if (rest.includes("--help") || rest.includes("-h")) return help(first);
  const command = await commands[first]();
  return command(rest);
}

function help(topic: string): number {
  if (!isCommand(topic)) throw unknownCommand(topic);
  process.stdout.write(commandHelp[topic]);
  return 0;
}

function isCommand(name: string | undefined): name is CommandName {
  return commandNames.some((command) => command === name);
}

function unknownCommand(name: string): UsageError {
  return new UsageError(`unknown command ${JSON.stringify(name)}: ${didYouMean(name, commandNames)}`);
}

/** When whoever reads our output has had enough (`tegmen sql ... | head`), there is nothing more to do. */
function endQuietlyWithReader(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit(0);
  });
}
