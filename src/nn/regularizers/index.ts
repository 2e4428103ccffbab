// The regularizers: one file each, one row each. Floor 4.

import { fromSetting, type StoredSetting } from "../setting.ts";
import { l1 } from "./l1.ts";
import { l1L2 } from "./l1-l2.ts";
import { l2 } from "./l2.ts";
import { orthogonal } from "./orthogonal.ts";
import type { Regularizer } from "./regularizer.ts";

/** Every regularizer by its name. */
export const regularizers = { l1, l1L2, l2, orthogonal };

export type RegularizerName = keyof typeof regularizers;

/** How options ask for one: by name, as plain data, or made. */
export type RegularizerSetting = RegularizerName | StoredSetting | Regularizer;

/** A regularizer from what a person or a file says. @throws ConfigError */
export function regularizerFrom(setting: RegularizerSetting): Regularizer {
  return fromSetting(regularizers, setting, { what: "regularizer", method: "penalty" });
}
