// One zod schema for each command: its options, their help text, their checks and their defaults all come from
// it. It knows no command.

import { type Command, Option } from "commander";
import { z } from "zod";
import { ConfigError } from "../core/errors.ts";
import { lookUp } from "../core/names.ts";

/** What a field's JSON schema says, of all that matters here. */
interface Field {
  readonly type?: "string" | "number" | "integer" | "boolean" | "array";
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  /** What the help text calls the value: `--out <folder>`. */
  readonly value?: string;
  /** What the help text says in place of a list of choices, where they are many. */
  readonly shownChoices?: string;
  /** What the help text says of the default, where that is not the schema's. */
  readonly shownDefault?: string;
  readonly isRequired: boolean;
}

export type Schema = z.ZodObject;

/** The values as they were typed, by the names of their fields. */
export type Given = Readonly<Record<string, unknown>>;

function fieldsOf(schema: Schema): [string, Field][] {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: "input" });
  return Object.entries(properties).map(([name, field]) => [
    name,
    { ...(field as Omit<Field, "isRequired">), isRequired: required.includes(name) },
  ]);
}

/** `batchSize` as it is typed: `--batch-size`. */
export function flagOf(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** Gives `command` an option for every field of `schema`. */
export function addOptions(command: Command, schema: Schema): void {
  for (const [name, field] of fieldsOf(schema)) {
    const { type, description = "", value = defaultValueName(field) } = field;
    const shown = type === "array" ? `<${value}...>` : `<${value}>`;
    const flags = type === "boolean" ? flagOf(name) : `${flagOf(name)} ${shown}`;
    command.addOption(new Option(flags, description + remarksOn(field)));
  }
}

function defaultValueName({ type, enum: choices }: Field): string {
  if (choices !== undefined) return "name";
  return type === "integer" || type === "number" ? "number" : "text";
}

/** Choices and default as sentences, for the help text. */
function remarksOn(field: Field): string {
  const { type, enum: choices, isRequired } = field;
  const preset = field.shownDefault ?? field.default;
  const remarks = [
    ...(choices === undefined ? [] : [field.shownChoices ?? `One of ${choices.join(", ")}.`]),
    ...(preset === undefined || type === "boolean" ? [] : [`Default: ${preset}.`]),
    ...(isRequired ? ["Required."] : []),
  ];
  return remarks
    .filter((remark) => remark !== "")
    .map((remark) => ` ${remark}`)
    .join("");
}

/**
 * The options with their defaults filled in. Numbers may come as text.
 *
 * @throws ConfigError where a value is not accepted, with what would be accepted.
 */
export function parseOptions<S extends Schema>(schema: S, given: Given): z.output<S> {
  const fields = new Map(fieldsOf(schema));
  const values = Object.entries(given).map(([name, value]) => {
    const { type } = fields.get(name) ?? {};
    return [name, type === "integer" || type === "number" ? numberFrom(value) : value];
  });
  const result = schema.safeParse(Object.fromEntries(values));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const name = String(issue.path[0]);
  const field = fields.get(name);
  if (field === undefined) throw new Error(`the schema has no field "${name}"`);
  throw wrongValue(name, field, given[name], issue.message);
}

/** @throws ConfigError where an option took the next one for its value: `--out --json`. */
export function refuseSwallowedOptions(schema: Schema, given: Given): void {
  const flags = Object.keys(schema.shape).map(flagOf);
  for (const [name, value] of Object.entries(given)) {
    if (typeof value !== "string" || !flags.includes(value)) continue;
    throw new ConfigError({
      what: `The option ${flagOf(name)} needs a value.`,
      expected: `${flagOf(name)} and its value before ${value}`,
      received: `${flagOf(name)} ${value}`,
    });
  }
}

function numberFrom(value: unknown): unknown {
  const isNumber = typeof value === "string" && value.trim() !== "" && !Number.isNaN(+value);
  return isNumber ? Number(value) : value;
}

function wrongValue(name: string, field: Field, received: unknown, message: string): ConfigError {
  if (received === undefined) {
    return new ConfigError({
      what: `The option ${flagOf(name)} is missing.`,
      expected: `${flagOf(name)} <${field.value ?? defaultValueName(field)}>`,
      received: "nothing",
    });
  }
  const text = String(received);
  if (field.enum !== undefined && !field.enum.includes(text)) {
    try {
      lookUp(Object.fromEntries(field.enum.map((choice) => [choice, true])), text, name);
    } catch (error) {
      if (error instanceof ConfigError) return error;
    }
  }
  return new ConfigError({
    what: `The option ${flagOf(name)} cannot be used.`,
    expected: expectedOf(field) ?? message,
    received: text === "" ? '""' : text,
  });
}

/** A field's demands in words. */
function expectedOf(field: Field): string | undefined {
  const { type, value, minimum, maximum, exclusiveMinimum, exclusiveMaximum } = field;
  if (type === "boolean") return "true or false";
  if (type === "array") return value === undefined ? "values" : `one ${value} or several`;
  if (type === "string") return value === undefined ? "text" : `a ${value}`;
  if (type === undefined) return undefined;
  const bounds = [
    ...(minimum === undefined || minimum === Number.MIN_SAFE_INTEGER
      ? []
      : [`of at least ${minimum}`]),
    ...(exclusiveMinimum === undefined ? [] : [`above ${exclusiveMinimum}`]),
    ...(maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? [] : [`at most ${maximum}`]),
    ...(exclusiveMaximum === undefined ? [] : [`below ${exclusiveMaximum}`]),
  ];
  const kind = type === "integer" ? "a whole number" : "a number";
  return bounds.length === 0 ? kind : `${kind} ${bounds.join(" and ")}`;
}
