// The constraints: one file each, one row each.

import { fromSetting, type StoredSetting } from "../setting.ts";
import type { Constraint } from "./constraint.ts";
import * as constraints from "./table.ts";

export { constraints };

export type ConstraintName = keyof typeof constraints;

/** How options ask for one: by name, as plain data, or made. */
export type ConstraintSetting = ConstraintName | StoredSetting | Constraint;

/** A constraint from what a person or a file says. @throws ConfigError */
export function constraintFrom(setting: ConstraintSetting): Constraint {
  return fromSetting(constraints, setting, { what: "constraint", method: "apply" });
}
