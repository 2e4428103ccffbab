// What is done to a model's inputs first, as files keep it. Files of Keras and TensorFlow.js have no place for
// it: it lies where their readers look past it, as names of classes do.

import type { Preprocess } from "../nn/preprocess.ts";
import { recordOf } from "./refuse.ts";

/** The records of a model's inputs, by their names. */
export type StoredPreprocess = Readonly<Record<string, Preprocess>>;

/**
 * The records in plain data; undefined where there are none. Whether they can be used, the model says.
 *
 * @throws FormatError where they are no records.
 */
export function preprocessIn(value: unknown): StoredPreprocess | undefined {
  if (value === undefined || value === null) return undefined;
  const records = recordOf(value, "The preprocessing");
  for (const [name, one] of Object.entries(records)) {
    recordOf(one, `The preprocessing of the input "${name}"`);
  }
  return records as StoredPreprocess;
}
