// How options name a thing of a table, such as a regularizer: by its name, by its name with options, or
// as the thing itself.

import { ConfigError } from "../core/errors.ts";
import { lookUp } from "../core/names.ts";
import { shown } from "../core/option.ts";
import { type Definition, renamed } from "./facts.ts";

/** A thing of a table as plain data. */
export interface StoredSetting {
  readonly name: string;
  readonly options?: object;
}

/**
 * The thing that `setting` stands for; a thing is known by having its `method`.
 *
 * @throws ConfigError where there is none of that name, or its options cannot be used.
 */
export function fromSetting<T extends StoredSetting>(
  table: Definitions<T>,
  setting: string | StoredSetting | T,
  { what, method }: { readonly what: string; readonly method: keyof T },
): T {
  if (typeof setting === "string") return make(table, setting, {}, what);
  if (typeof setting !== "object" || setting === null || typeof setting.name !== "string") {
    throw new ConfigError({
      what: `This is no ${what}.`,
      expected: `a name, or { name, options }: ${Object.keys(table).join(", ")}`,
      received: shown(setting),
    });
  }
  if (typeof (setting as T)[method] === "function") return setting as T;
  return make(table, setting.name, setting.options ?? {}, what);
}

/** The functions of a table, with their facts. */
type Definitions<T> = Readonly<Record<string, Definition & ((options: never) => T)>>;

function make<T>(table: Definitions<T>, name: string, options: object, what: string): T {
  const definition = lookUp(table, name, what);
  return definition(renamed(definition.facts, options) as never);
}
