// What a model's file says in words: architecture, settings and progress as JSON. Nothing in it is taken
// on trust.

import * as z from "zod/mini";
import en from "zod/v4/locales/en.js";
import { FormatError } from "../../core/errors.ts";
import { interpolations } from "../../core/interpolation.ts";
import { resizeModes } from "../../core/resize-mode.ts";
import { nestingOf } from "../../formats/json.ts";
import { precisions } from "../../kernel/schedules/schedule.ts";
import { networkSchema } from "./network-schema.ts";

// Without it the small variant of zod says "Invalid input", and not why.
z.config(en());

const whole = z.int().check(z.nonnegative());
/** A number; JSON has no word for one that is none. */
const value = z.union([
  z.number(),
  z.pipe(
    z.null(),
    z.transform(() => Number.NaN),
  ),
]);
const numbers = z.record(z.string(), value);

const record = z.object({ epoch: whole, seconds: z.number(), logs: numbers });

const metric = z.object({
  kind: z.string(),
  name: z.string(),
  options: z.record(z.string(), z.unknown()),
  weighted: z.boolean(),
});

const perChannel = z.union([
  z.number(),
  z.readonly(z.array(z.number()).check(z.maxLength(1_000_000))),
]);

/** A `Preprocess`; whether it fits the input, the model says. */
export const preprocessSchema = z.object({
  scale: z.exactOptional(z.number()),
  offset: z.exactOptional(z.number()),
  mean: z.exactOptional(perChannel),
  deviation: z.exactOptional(perChannel),
  channelOrder: z.exactOptional(z.enum(["rgb", "bgr"])),
  size: z.exactOptional(z.readonly(z.tuple([whole, whole]))),
  resize: z.exactOptional(z.enum(resizeModes)),
  interpolation: z.exactOptional(z.enum(interpolations)),
  antialias: z.exactOptional(z.boolean()),
  crop: z.exactOptional(z.number()),
  fillValue: z.exactOptional(z.number()),
  background: z.exactOptional(z.readonly(z.tuple([z.number(), z.number(), z.number()]))),
  dtype: z.exactOptional(z.literal("u8")),
});

const description = z.object({
  /** 3 says what is done to inputs; 2 did not, and divided bytes by 255. */
  version: z.literal([2, 3]),
  seed: z.int(),
  precision: z._default(z.enum(precisions), "fast"),
  network: networkSchema,
  /** By the names of inputs. */
  preprocess: z.optional(z.record(z.string(), preprocessSchema)),
  training: z.optional(
    z.object({
      optimizer: z.object({ name: z.string(), options: z.record(z.string(), z.unknown()) }),
      heads: z
        .array(
          z.object({
            output: z.string(),
            loss: z.object({ name: z.string(), options: z.record(z.string(), z.unknown()) }),
            weight: z.number(),
            metrics: z.array(metric).check(z.maxLength(100)),
          }),
        )
        .check(z.minLength(1), z.maxLength(1000)),
      learningRate: z.union([
        z.number().check(z.nonnegative()),
        z.object({ name: z.string(), options: z.record(z.string(), z.unknown()) }),
      ]),
    }),
  ),
  progress: z.object({
    epochs: whole,
    steps: whole,
    means: z.object({ examples: whole, sums: z.record(z.string(), z.array(value)) }),
    iterations: whole,
    history: z.array(record).check(z.maxLength(1_000_000)),
  }),
  classNames: z.optional(z.array(z.string()).check(z.maxLength(1_000_000))),
  /** Whether there is such a task, who uses the model says. */
  task: z.optional(z.looseObject({ name: z.string() })),
});

/** Levels of brackets that a description may have; a nested network takes three. */
const mostNesting = 320;
/** The metadata key under which the file keeps it. */
const key = "fovea";

/** What a file says of a model. */
export type ModelDescription = z.output<typeof description>;

/** The same before it is checked, as it is written. */
export type WrittenDescription = z.input<typeof description>;

/** The metadata that say it. */
export function writeDescription(written: WrittenDescription): Record<string, string> {
  return { [key]: JSON.stringify(written) };
}

/** What the metadata say. `name` is for messages. @throws FormatError where they are no model's. */
export function readDescription(
  metadata: Readonly<Record<string, string>>,
  name: string,
): ModelDescription {
  const fail = (received: string): never => {
    throw new FormatError({
      what: `${name} is not a model saved by Fovea.`,
      expected: `metadata "${key}" that describes the model`,
      received,
      fix: "use a file written by saveModel or by fovea train",
    });
  };
  const text = Object.hasOwn(metadata, key) ? metadata[key] : fail("none");
  // A stack has an end: nobody nests models so deep, and a hostile file shall not overflow it.
  if (nestingOf(text) > mostNesting) fail("networks nested too deep");
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    fail("text that is not JSON");
  }
  const result = description.safeParse(parsed);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  return fail(`${issue.path.join(".") || "it"}: ${issue.message}`);
}
