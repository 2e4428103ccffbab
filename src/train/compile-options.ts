// Whether what people say to compile can be used, as far as it concerns no output.

import { ConfigError } from "../core/errors.ts";
import { type OptionNames, outlineOf, refuseUnknown } from "../core/option.ts";
import type { CompileOptions } from "./model-options.ts";

const optionNames: OptionNames<CompileOptions> = {
  optimizer: true,
  loss: true,
  lossWeights: true,
  metrics: true,
  weightedMetrics: true,
};

/** @throws ConfigError where there is nothing to learn by, or an option is unknown. */
export function checkCompileOptions(options: Partial<CompileOptions> | undefined): void {
  if (typeof options === "object" && options !== null && !Array.isArray(options)) {
    refuseUnknown("compile", Object.keys(optionNames), options);
  }
  const needed = ["optimizer", "loss"] as const;
  const missing = needed.filter((name) => (options?.[name] ?? undefined) === undefined);
  if (missing.length === 0) return;
  throw new ConfigError({
    what: `compile was not told ${missing.map((name) => `the ${name}`).join(" and ")}.`,
    expected: 'both, as in model.compile({ optimizer: "adam", loss: "meanSquaredError" })',
    received: outlineOf(options),
  });
}
