// From a command line to an exit code: finds the command, reads its options, runs it, and tells what went
// wrong. It knows the table of commands, and no command.

import { CommanderError, Command as Parser } from "commander";
import { ConfigError } from "../core/errors.ts";
import { lookUp } from "../core/names.ts";
import type { Command } from "./command.ts";
import { type CommandRow, commands } from "./commands/index.ts";
import { errorRecord, exitCodeOf, exitCodes, SaveError, tellError } from "./exit.ts";
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
    what: "The command was carried out, but standard output could not be written.",
    received: loss.message,
    fix: "free some space, or send the output elsewhere",
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
      expected: `a command first: ${Object.keys(commands).join(", ")}`,
      received: name,
      fix: `try "fovea train ${name}", or fovea --help`,
    });
  }
  const command = await lookUp<CommandRow>(commands, name, "command").load();
  const { addOptions, flagOf, parseOptions, refuseSwallowedOptions } = await import("./schema.ts");
  const parser = new Parser(`fovea ${name}`)
    .description(command.description)
    .allowExcessArguments()
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .addHelpText("after", examplesOf(command));
  addOptions(parser, command.options);
  try {
    parser.parse([...argv], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return exitCodes.done.code;
    throw wrongUsage(error, name, Object.keys(command.options.shape).map(flagOf));
  }
  const given = withArgument(parser.opts(), parser.args, command, name);
  refuseSwallowedOptions(command.options, given);
  return command.run(parseOptions(command.options, given), given);
}

/** The options that were typed, and the argument that stands without one where the command takes it. */
function withArgument(
  typed: Given,
  [first, second]: readonly string[],
  { argument }: Command,
  name: string,
): Given {
  const isTaken = argument !== undefined && typed[argument] === undefined;
  const excess = isTaken ? second : first;
  if (excess !== undefined) throw excessArgument(name, excess);
  return first === undefined || argument === undefined ? typed : { ...typed, [argument]: first };
}

function examplesOf({ examples }: Command): string {
  const width = Math.max(...examples.map(([line]) => line.length));
  const lines = examples.map(([line, meaning]) => `  ${line.padEnd(width)}  ${meaning}`);
  return `\nExamples:\n${lines.join("\n")}`;
}

/** What the parser found, in the words of all other errors. */
function wrongUsage(error: CommanderError, command: string, flags: readonly string[]): Error {
  const [, quoted = ""] = /'([^']+)'/.exec(error.message) ?? [];
  if (error.code === "commander.unknownOption") {
    const table = Object.fromEntries([...flags, "--help"].map((flag) => [flag, true]));
    try {
      lookUp(table, quoted, "option");
    } catch (unknown) {
      return unknown as Error;
    }
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

function excessArgument(command: string, argument: string): ConfigError {
  return new ConfigError({
    what: `The argument "${argument}" belongs to no option.`,
    expected: "options that begin with --, each with its value",
    received: argument,
    fix: `see fovea ${command} --help`,
  });
}

async function overview(): Promise<string> {
  const parser = new Parser("fovea")
    .usage("<command> [options]")
    .description("Convolutional neural networks, trained and used from TypeScript.")
    .version(version(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print this; after a command, what it takes")
    .helpCommand(false);
  for (const [name, { summary }] of Object.entries(commands)) parser.command(name).summary(summary);
  const codes = Object.values(exitCodes).map(
    ({ code, meaning }) => `  ${String(code).padEnd(4)} ${meaning}`,
  );
  return `${parser.helpInformation()}
Exit codes:
${codes.join("\n")}

Errors go to stderr; with --json as one line {"error": {...}}.
FOVEA_DEBUG=1 adds where in the code they arose.
`;
}
