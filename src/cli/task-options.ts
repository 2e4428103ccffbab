// Options that mean nothing to a task are refused, rather than passed over in silence.

import { ConfigError } from "../core/errors.ts";
import type { Task } from "../tasks/task.ts";
import { flagOf, type Given } from "./schema.ts";

/** @throws ConfigError where an option of training was typed that the task has no use for. */
export function refuseTrainOptions({ name, withoutOptions }: Task, given: Given): void {
  const option = withoutOptions.find((one) => given[one] !== undefined);
  if (option !== undefined) throw useless(option, `--task ${name}`, given);
}

/** What some tasks take in `fovea predict`. */
const predictOptions = ["top", "threshold", "out"] as const;

/** @throws ConfigError where an option of predictions was typed that the task has no use for. */
export function refusePredictOptions(task: Task, given: Given): void {
  const option = predictOptions.find(
    (one) => given[one] !== undefined && !task.predictOptions.includes(one),
  );
  if (option !== undefined) throw useless(option, `a model for the task ${task.name}`, given);
}

/** @throws ConfigError where a picture for each pair of classes was asked for, and pictures have several. */
export function refuseExplainOptions(task: Task, given: Given): void {
  const option = given.byCell === true && task.surestPictures === undefined;
  if (option) throw useless("byCell", `a model for the task ${task.name}`, given);
}

function useless(option: string, place: string, given: Given): ConfigError {
  return new ConfigError({
    what: `The option ${flagOf(option)} does not go with ${place}.`,
    expected: `${place} without it`,
    received: `${flagOf(option)} ${given[option]}`,
    fix: `leave out ${flagOf(option)}`,
  });
}
