// What a file must say of a network. Sizes are bounded; whether the parts fit is networkFrom's business.

import * as z from "zod/mini";
import type { NetworkConfig } from "../../nn/network-config.ts";

const whole = z.int().check(z.nonnegative());
const shape = z.array(z.int().check(z.positive())).check(z.maxLength(8));
const most = 10_000;

const shared = z.optional(whole);

const layer = z.object({ kind: z.string(), options: z.record(z.string(), z.unknown()), shared });

const nested = z.object({
  kind: z.literal("network"),
  options: z.lazy((): z.ZodMiniType<NetworkConfig> => networkSchema),
  shared,
});

const plain = layer.check(z.refine(({ kind }) => kind !== "network"));

const units = z.array(z.union([nested, plain])).check(z.maxLength(most));

const base = { name: z.string(), trainable: z.optional(z.literal(false)) };

const sequential = z.object({ ...base, inputShape: shape, layers: units.check(z.minLength(1)) });

const reference = z.tuple([z.string(), whole, whole]);

const references = z.array(reference).check(z.minLength(1), z.maxLength(most));

const functional = z.object({
  ...base,
  inputs: z.array(z.object({ name: z.string(), shape })).check(z.minLength(1), z.maxLength(most)),
  layers: units,
  uses: z.array(z.object({ layer: z.string(), inputs: references })).check(z.maxLength(most)),
  outputs: z.union([
    z.object({ one: reference }),
    z.object({ list: references }),
    z.object({ record: z.record(z.string(), reference) }),
  ]),
});

/**
 * A network as plain data: layers in a row, or a graph of them; networks may be layers. Which of the two
 * it is, is seen before it is read: trying both would take twice as long at every level of nesting.
 */
export const networkSchema: z.ZodMiniType<NetworkConfig> = z.pipe(
  z.unknown(),
  z.transform((value, context) => {
    const isGraph = typeof value === "object" && value !== null && "uses" in value;
    const result = (isGraph ? functional : sequential).safeParse(value);
    if (result.success) return result.data as NetworkConfig;
    for (const { path, message } of result.error.issues) {
      context.issues.push({ code: "custom", path: [...path], message, input: value });
    }
    return z.NEVER;
  }),
);
