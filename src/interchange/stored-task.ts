// What a model was trained for, as files keep it, where that is more than to tell classes apart. Files of Keras and
// TensorFlow.js have no place for it: it lies where their readers look past it, as names of classes do.

import { recordOf, refuse } from "./refuse.ts";

/** A task by its name, with what it needs to predict. */
export interface StoredTask extends Readonly<Record<string, unknown>> {
  readonly name: string;
}

/**
 * The record in plain data; undefined where there is none. Whether there is such a task, who uses the model says.
 *
 * @throws FormatError where it is no record with a name.
 */
export function taskIn(value: unknown): StoredTask | undefined {
  if (value === undefined || value === null) return undefined;
  const record = recordOf(value, "The task");
  const { name } = record;
  if (typeof name === "string") return { ...record, name };
  return refuse({ what: "The task has no name.", expected: "a text", received: name });
}
