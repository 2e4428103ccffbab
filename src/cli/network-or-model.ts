// --network is an architecture, --model a file. An error for the one names the other.

import { ConfigError } from "../core/errors.ts";
import { suggestion } from "../core/names.ts";
import { acceptedNames } from "../zoo/index.ts";

/**
 * The answer to --model where a command takes --network, or the reverse; undefined for all other options.
 *
 * @param flags the options that the command takes.
 */
export function otherOptionMeant(
  command: string,
  flags: readonly string[],
  flag: string,
  value: string | undefined,
): ConfigError | undefined {
  const received = value === undefined ? flag : `${flag} ${value}`;
  if (flag === "--model" && flags.includes("--network")) {
    return new ConfigError({
      what: `fovea ${command} has no option --model.`,
      expected: "--network with an architecture: fovea models lists them",
      received,
      ...meantFor(command, value),
    });
  }
  if (flag === "--network" && flags.includes("--model")) {
    return new ConfigError({
      what: `fovea ${command} has no option --network.`,
      expected: "--model with a model file or a run folder",
      received,
      fix: `train the architecture first: fovea train --network ${value ?? acceptedNames[0]}`,
    });
  }
  return undefined;
}

function meantFor(command: string, value = ""): { fix?: string } {
  const isFile = /[\\/.]/.test(value);
  if (isFile && command === "train") {
    return { fix: `to continue the training of a model, use --resume ${value}` };
  }
  if (isFile) return {};
  if (acceptedNames.includes(value)) {
    return { fix: `use --network ${value}` };
  }
  const { fix } = suggestion(acceptedNames, value);
  return { fix: fix === undefined ? "use --network" : `use --network; ${fix}` };
}
