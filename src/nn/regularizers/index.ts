// The regularizers: one file each, one row each.

import { fromSetting, type StoredSetting } from "../setting.ts";
import type { Regularizer } from "./regularizer.ts";
import * as regularizers from "./table.ts";

export { regularizers };

export type RegularizerName = keyof typeof regularizers;

/** How options ask for one: by name, as plain data, or made. */
export type RegularizerSetting = RegularizerName | StoredSetting | Regularizer;

/** A regularizer from what a person or a file says. @throws ConfigError */
export function regularizerFrom(setting: RegularizerSetting): Regularizer {
  return fromSetting(regularizers, setting, { what: "regularizer", method: "penalty" });
}
