// What a file must say of a network. Sizes are bounded; whether the parts fit is networkFrom's business.

import { z } from "zod";
import type { NetworkConfig } from "../../nn/network-config.ts";

const whole = z.number().int().nonnegative();
const shape = z.array(whole.positive()).max(8);
const most = 10_000;

const shared = whole.optional();

const layer = z.object({ kind: z.string(), options: z.record(z.string(), z.unknown()), shared });

const nested = z.object({
  kind: z.literal("network"),
  options: z.lazy((): z.ZodType<NetworkConfig> => networkSchema),
  shared,
});

const units = z.array(z.union([nested, layer.refine(({ kind }) => kind !== "network")])).max(most);

const base = { name: z.string(), trainable: z.literal(false).optional() };

const sequential = z.object({ ...base, inputShape: shape, layers: units.min(1) });

const reference = z.tuple([z.string(), whole, whole]);

const functional = z.object({
  ...base,
  inputs: z
    .array(z.object({ name: z.string(), shape }))
    .min(1)
    .max(most),
  layers: units,
  uses: z
    .array(z.object({ layer: z.string(), inputs: z.array(reference).min(1).max(most) }))
    .max(most),
  outputs: z.union([
    z.object({ one: reference }),
    z.object({ list: z.array(reference).min(1).max(most) }),
    z.object({ record: z.record(z.string(), reference) }),
  ]),
});

/**
 * A network as plain data: layers in a row, or a graph of them; networks may be layers. Which of the two
 * it is, is seen before it is read: trying both would take twice as long at every level of nesting.
 */
export const networkSchema: z.ZodType<NetworkConfig> = z.unknown().transform((value, context) => {
  const isGraph = typeof value === "object" && value !== null && "uses" in value;
  const result = (isGraph ? functional : sequential).safeParse(value);
  if (result.success) return result.data as NetworkConfig;
  for (const { path, message } of result.error.issues) {
    context.addIssue({ code: "custom", path, message });
  }
  return z.NEVER;
});
