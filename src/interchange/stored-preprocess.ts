// What is done to examples before a model sees them, as files keep it. Files of Keras and TensorFlow.js
// have no place for it: it lies where their readers look past it, as names of classes do.

import { recordOf, refuse } from "./refuse.ts";

/** A number for all channels, or one for each. */
type PerChannel = number | readonly number[];

/** How examples become inputs: (value · scale + offset − mean) / deviation. */
export interface StoredPreprocess {
  readonly scale?: PerChannel;
  readonly offset?: PerChannel;
  readonly mean?: PerChannel;
  readonly deviation?: PerChannel;
  /** The order of an image's channels, such as `rgb`. */
  readonly channelOrder?: string;
  /** `[height, width]` */
  readonly size?: readonly number[];
}

const isNumber = (value: unknown) => typeof value === "number" && Number.isFinite(value);
const areNumbers = (value: unknown) => Array.isArray(value) && value.every(isNumber);
const isPerChannel = (value: unknown) => isNumber(value) || areNumbers(value);

const rules: Readonly<Record<keyof StoredPreprocess, (value: unknown) => boolean>> = {
  scale: isPerChannel,
  offset: isPerChannel,
  mean: isPerChannel,
  deviation: isPerChannel,
  channelOrder: (value) => typeof value === "string",
  size: areNumbers,
};

/** The record in plain data; undefined where there is none. @throws FormatError where it is another one. */
export function preprocessIn(value: unknown): StoredPreprocess | undefined {
  if (value === undefined || value === null) return undefined;
  const given = recordOf(value, "The preprocessing");
  for (const [key, rule] of Object.entries(rules)) {
    if (!Object.hasOwn(given, key) || rule(given[key])) continue;
    refuse({
      what: `The option ${key} of the preprocessing cannot be used.`,
      expected: "numbers, an order of channels or a size",
      received: given[key],
    });
  }
  const known = Object.entries(given).filter(([key]) => Object.hasOwn(rules, key));
  return Object.fromEntries(known);
}
