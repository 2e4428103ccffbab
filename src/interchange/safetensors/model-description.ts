// What a model's file says in words: architecture, settings and progress as JSON. Nothing in it is taken
// on trust.

import { z } from "zod";
import { FormatError } from "../../core/errors.ts";
import { nestingOf } from "../../formats/json.ts";
import { precisions } from "../../kernel/schedules/schedule.ts";
import { networkSchema } from "./network-schema.ts";

const whole = z.number().int().nonnegative();
/** A number; JSON has no word for one that is none. */
const value = z.number().or(z.null().transform(() => Number.NaN));
const numbers = z.record(z.string(), value);

const record = z.object({ epoch: whole, seconds: z.number(), logs: numbers });

const metric = z.object({
  kind: z.string(),
  name: z.string(),
  options: z.record(z.string(), z.unknown()),
  weighted: z.boolean(),
});

const perChannel = z.number().or(z.array(z.number()).max(1_000_000).readonly());

/** A `Preprocess`; whether it fits the input, the model says. */
export const preprocessSchema = z.object({
  scale: z.number().exactOptional(),
  offset: z.number().exactOptional(),
  mean: perChannel.exactOptional(),
  deviation: perChannel.exactOptional(),
  channelOrder: z.enum(["rgb", "bgr"]).exactOptional(),
  size: z.tuple([whole, whole]).readonly().exactOptional(),
  dtype: z.literal("u8").exactOptional(),
});

const description = z.object({
  /** 3 says what is done to inputs; 2 did not, and divided bytes by 255. */
  version: z.literal([2, 3]),
  seed: z.number().int(),
  precision: z.enum(precisions).default("fast"),
  network: networkSchema,
  /** By the names of inputs. */
  preprocess: z.record(z.string(), preprocessSchema).optional(),
  training: z
    .object({
      optimizer: z.object({ name: z.string(), options: z.record(z.string(), z.unknown()) }),
      heads: z
        .array(
          z.object({
            output: z.string(),
            loss: z.object({ name: z.string(), options: z.record(z.string(), z.unknown()) }),
            weight: z.number(),
            metrics: z.array(metric).max(100),
          }),
        )
        .min(1)
        .max(1000),
      learningRate: z
        .number()
        .nonnegative()
        .or(z.object({ name: z.string(), options: z.record(z.string(), z.unknown()) })),
    })
    .optional(),
  progress: z.object({
    epochs: whole,
    steps: whole,
    means: z.object({ examples: whole, sums: z.record(z.string(), z.array(value)) }),
    iterations: whole,
    history: z.array(record).max(1_000_000),
  }),
  classNames: z.array(z.string()).max(1_000_000).optional(),
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
