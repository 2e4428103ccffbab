// What options that are numbers are held against.

import { ConfigError } from "../../core/errors.ts";

/** @throws ConfigError unless `value` is a finite number from `least` to `most`. */
export function requireNumber(
  value: number,
  name: string,
  least = Number.NEGATIVE_INFINITY,
  most = Number.POSITIVE_INFINITY,
): void {
  if (Number.isFinite(value) && value >= least && value <= most) return;
  const from = least === Number.NEGATIVE_INFINITY ? "" : ` of at least ${least}`;
  const to = most === Number.POSITIVE_INFINITY ? "" : ` and at most ${most}`;
  throw new ConfigError({
    what: `The option ${name} cannot be used.`,
    expected: `a finite number${from}${to}`,
    received: String(value),
  });
}
