// The tasks: one folder each, one row each, loaded only when used.

import { FormatError } from "../core/errors.ts";
import { suggestion } from "../core/names.ts";
import type { StoredTask } from "../interchange/stored-task.ts";
import { type TaskName, taskNames } from "./names.ts";
import type { Task } from "./task.ts";

const table = {
  classify: async () => (await import("./classify/classify.ts")).classify,
  segment: async () => (await import("./segment/segment.ts")).segment,
  detect: async () => (await import("./detect/detect.ts")).detect,
} as const satisfies Record<TaskName, () => Promise<Task>>;

/** The task of that name. */
export function taskNamed(name: TaskName): Promise<Task> {
  return table[name]();
}

/**
 * The task that a model in a file was trained for; without a word about it, to tell classes apart.
 *
 * @throws FormatError where Fovea has no such task.
 */
export function taskOf(stored: StoredTask | undefined, file: string): Promise<Task> {
  const { name } = stored ?? { name: "classify" };
  const known = taskNames.find((one) => one === name);
  if (known !== undefined) return taskNamed(known);
  throw new FormatError({
    what: `${file} holds a model for a task that Fovea does not know.`,
    expected: taskNames.join(", "),
    received: name,
    ...suggestion(taskNames, name),
  });
}
