// From a command line to an exit code: finds the command, reads its options, runs it, and reports what went
// wrong. It knows the table of commands, and no command.

import { CommanderError, Command as Parser } from "commander";
import { ConfigError } from "../core/errors.ts";
import { lookUp } from "../core/names.ts";
import type { Command } from "./command.ts";
import { type CommandRow, commands } from "./commands/index.ts";
import { errorRecord, exitCodeOf, exitCodes, SaveError, tellError } from "./exit.ts";
import { otherOptionMeant } from "./network-or-model.ts";
import { isClosedByReader, standardError, standardOutput } from "./output.ts";
import type { Given } from "./schema.ts";
import { version } from "./version.ts";

/**
 * Runs one command line, without the program's own name, and gives the exit code.
 *
 * @example process.exitCode = await run(["train", "--epochs", "2"]);
 */
export async function run(argv: readonly string[]): Promise<number> {
  try {
    const code = await dispatch(argv);
    await requireWritten(code);
    return code;
  } catch (error) {
    const tell = argv.includes("--json") ? errorRecord : tellError;
    standardError.write(tell(error));
    return exitCodeOf(error);
  }
}

/** @throws SaveError where a command that succeeded could not say its result. */
async function requireWritten(code: number): Promise<void> {
  // Streams report after the write: give them the time.
  await new Promise(setImmediate);
  const { loss } = standardOutput;
  if (code !== exitCodes.done.code || loss === undefined || isClosedByReader(loss)) return;
  throw new SaveError({
    what: "The command is done, but its output could not be written.",
    received: loss.message,
    fix: "free some disk space, or send the output elsewhere",
    cause: loss,
  });
}

async function dispatch([name, ...rest]: readonly string[]): Promise<number> {
  const wantsHelp = name === undefined || ["help", "--help", "-h"].includes(name);
  if (wantsHelp && rest.length > 0) return dispatch([rest[0], "--help"]);
  if (wantsHelp) standardOutput.write(await overview());
  else if (["--version", "-V"].includes(name)) standardOutput.write(`${version()}\n`);
  else return runCommand(name, rest);
  return exitCodes.done.code;
}

async function runCommand(name: string, argv: readonly string[]): Promise<number> {
  if (name.startsWith("-")) {
    throw new ConfigError({
      what: `The option ${name} comes before a command.`,
      expected: `one of the commands ${Object.keys(commands).join(", ")} first`,
      received: name,
      fix: `try "fovea train ${name}", or fovea --help`,
    });
  }
  const command = await lookUp<CommandRow>(commands, name, "command").load();
  const { addOptions, flagOf, parseOptions, refuseSwallowedOptions } = await import("./schema.ts");
  const parser = new Parser(`fovea ${name}`)
    .description(command.description)
    .usage(usageOf(command))
    .allowExcessArguments()
    .helpOption("-h, --help", "Show this help.")
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .addHelpText("after", examplesOf(command));
  addOptions(parser, command.options);
  try {
    parser.parse([...argv], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return exitCodes.done.code;
    throw wrongUsage(error, name, Object.keys(command.options.shape).map(flagOf), argv);
  }
  const given = withArgument(parser.opts(), parser.args, command, name);
  refuseSwallowedOptions(command.options, given);
  return command.run(parseOptions(command.options, given), given);
}

/** The options that were typed, and the argument that stands without one where the command takes it. */
function withArgument(
  typed: Given,
  values: readonly string[],
  { argument, options }: Command,
  name: string,
): Given {
  const [first, second] = values;
  if (argument !== undefined && isList(options, argument)) {
    const named = typed[argument];
    const all = [...values, ...(Array.isArray(named) ? named : [])];
    return all.length === 0 ? typed : { ...typed, [argument]: all };
  }
  const isTaken = argument !== undefined && typed[argument] === undefined;
  const excess = isTaken ? second : first;
  if (excess !== undefined) throw excessArgument(name, excess);
  return first === undefined || argument === undefined ? typed : { ...typed, [argument]: first };
}

/** Whether an option takes any number of values. */
function isList(options: Command["options"], name: string): boolean {
  return options.shape[name].safeParse([]).success;
}

/** What follows the name of the command. */
function usageOf({ argument, options }: Command): string {
  if (argument === undefined) return "[options]";
  const isOptional = options.shape[argument].safeParse(undefined).success;
  const name = isList(options, argument) ? `${argument}...` : argument;
  return isOptional ? `[${name}] [options]` : `<${name}> [options]`;
}

/** Columns of a terminal that everybody has. */
const usualColumns = 80;

/** The examples in two columns; where that is too wide, each below its meaning. */
function examplesOf({ examples }: Command): string {
  const width = Math.max(...examples.map(([line]) => line.length));
  const rows = examples.map(([line, meaning]) => `  ${line.padEnd(width)}  ${meaning}`);
  const fits = rows.every(({ length }) => length <= usualColumns);
  const lines = fits ? rows : examples.map(([line, meaning]) => `  # ${meaning}\n  ${line}`);
  return `\nExamples:\n${lines.join("\n")}`;
}

/** What the parser found, as an error like all others. */
function wrongUsage(
  error: CommanderError,
  command: string,
  flags: readonly string[],
  argv: readonly string[],
): Error {
  const [, quoted = ""] = /'([^']+)'/.exec(error.message) ?? [];
  if (error.code === "commander.unknownOption") {
    const [flag, written] = quoted.split("=", 2);
    const value = written ?? argv[argv.indexOf(flag) + 1];
    return otherOptionMeant(command, flags, flag, value) ?? unknownOption(flag, flags);
  }
  if (error.code === "commander.optionMissingArgument") {
    return new ConfigError({
      what: `The option ${quoted.split(" ")[0]} needs a value.`,
      expected: quoted,
      received: "nothing",
    });
  }
  return new ConfigError({
    what: `The command line of fovea ${command} cannot be read.`,
    received: error.message.replace(/^error: /, ""),
    fix: `see fovea ${command} --help`,
  });
}

function unknownOption(flag: string, flags: readonly string[]): Error {
  const table = Object.fromEntries([...flags, "--help"].map((known) => [known, true]));
  try {
    lookUp(table, flag, "option");
  } catch (unknown) {
    return unknown as Error;
  }
  return new Error(`the parser does not know ${flag}`);
}

function excessArgument(command: string, argument: string): ConfigError {
  return new ConfigError({
    what: `The argument "${argument}" belongs to no option.`,
    expected: "options that begin with --, each followed by its value",
    received: argument,
    fix: `see fovea ${command} --help`,
  });
}

async function overview(): Promise<string> {
  const parser = new Parser("fovea")
    .usage("<command> [options]")
    .description("Trains and uses convolutional neural networks.")
    .version(version(), "-V, --version", "Show the version.")
    .helpOption("-h, --help", "Show this help, or after a command the help of that command.")
    .helpCommand(false);
  for (const [name, { summary }] of Object.entries(commands)) parser.command(name).summary(summary);
  const codes = Object.values(exitCodes).map(
    ({ code, meaning }) => `  ${String(code).padEnd(4)} ${meaning}`,
  );
  return `${parser.helpInformation()}
To begin:
  npx fovea train
  npx fovea evaluate --model runs/train

Exit codes:
${codes.join("\n")}

Errors go to stderr; with --json as one line: {"error": {...}}.
Set FOVEA_DEBUG=1 to see the stack of an error.
`;
}
