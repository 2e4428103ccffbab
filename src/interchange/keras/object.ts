// Objects as Keras's files keep them, `{ class_name, config }`, and the values in them. What a file says
// and Fovea cannot do is refused, never left out.

import { requireFlags } from "../../core/option.ts";
import { Float } from "../../formats/json.ts";
import type { StoredSetting } from "../../nn/setting.ts";
import { recordOf, refuse, textIn } from "../refuse.ts";
import {
  activationRows,
  constraintRows,
  initializerRows,
  regularizerRows,
  scheduleRows,
} from "./definition-rows.ts";
import { findRow, type KerasRow, type KerasRows } from "./row.ts";
import { camelCase, ourNameOf, snakeCase } from "./words.ts";

/** Keras 3 names modules; Keras 2 and TensorFlow.js do not, and have older names. */
export type KerasStyle = "keras3" | "keras2" | "tensorflowJs";

/** A table of things that are options of others. */
interface SettingTable {
  readonly rows: KerasRows;
  readonly module: string;
  /** Whether a word stands for something else than a thing of the table. */
  readonly besidesWords?: boolean;
}

/** The tables, by how those options' names end. */
const settingTables: Readonly<Record<string, SettingTable>> = {
  activation: { rows: activationRows, module: "keras.layers", besidesWords: true },
  Initializer: { rows: initializerRows, module: "keras.initializers" },
  Regularizer: { rows: regularizerRows, module: "keras.regularizers" },
  Constraint: { rows: constraintRows, module: "keras.constraints" },
  learningRate: { rows: scheduleRows, module: "keras.optimizers.schedules" },
};

/** The table that the value of an option is of; undefined for plain values. */
function tableOf(option: string, value: unknown): SettingTable | undefined {
  const table = Object.entries(settingTables).find(([ending]) => option.endsWith(ending))?.[1];
  const isPlain = typeof value === "number" || (table?.besidesWords && typeof value === "string");
  return isPlain ? undefined : table;
}

/** An object as a file keeps it. */
export function encodeObject(
  className: string,
  config: Readonly<Record<string, unknown>>,
  module: string,
  style: KerasStyle,
): Readonly<Record<string, unknown>> {
  if (style !== "keras3") return { class_name: className, config };
  const isFunctional = className === "Functional";
  return {
    module: isFunctional ? "keras.src.models.functional" : module,
    class_name: className,
    config,
    registered_name: isFunctional ? className : null,
  };
}

/** The modules of Keras's own classes, in all of its versions. */
const kerasModule = /^(tf_)?keras(_core)?(\.|$)/;

/**
 * The class and the configuration of an object in a file. `isKeras` is false for somebody's own class,
 * which may be called as one of Keras's: Keras 3 says under which name it was registered.
 */
export function objectIn(value: unknown, what: string) {
  const { class_name: name, config, module, registered_name: registered } = recordOf(value, what);
  const isModule = typeof module === "string" && kerasModule.test(module);
  return {
    className: textIn(name, what),
    // A Sequential model of Keras 2.2 and before is the list of its layers.
    config: Array.isArray(config) ? { layers: config } : recordOf(config ?? {}, what),
    isKeras: isModule || typeof registered !== "string",
  };
}

/** The same for what may be said by its name alone, and the row that it has; undefined without one. */
export function namedIn(value: unknown, rows: KerasRows, what: string) {
  const { className, config, isKeras } =
    typeof value === "string"
      ? { className: value, config: {}, isKeras: true }
      : objectIn(value, what);
  const found = isKeras ? (findRow(rows, className) ?? rowOfWord(rows, className)) : undefined;
  return { className, config, found };
}

/**
 * The options as Keras has them; `title` says whose they are.
 *
 * @throws FormatError where Keras has no such option.
 */
export function encodeOptions(
  row: KerasRow,
  options: object,
  title: string,
  style: KerasStyle,
): Record<string, unknown> {
  const { options: known, beginnings = [], ownFixed = {}, words = {}, floats = [] } = row;
  const older = Object.entries(style === "keras3" ? {} : (row.formerly ?? {}));
  const config: Record<string, unknown> = {};
  for (const [option, value] of Object.entries(options)) {
    if (value === undefined || beginnings.includes(option)) continue;
    if (Object.hasOwn(ownFixed, option) && ownFixed[option] === value) continue;
    if (!Object.hasOwn(known, option)) {
      refuse({
        what: `Keras has no option for ${option} of ${title}.`,
        expected: Object.keys(known).join(", ") || "no options",
        received: value,
        fix: "Save the model as .safetensors, which keeps everything.",
      });
    }
    const name = older.find(([, ours]) => ours === option)?.[0] ?? known[option];
    const word = Object.entries(words).find(([, ours]) => ours === value)?.[0];
    const encoded = word ?? encodeValue(option, value, title, style);
    config[name] = floats.includes(option) ? asFloats(encoded) : encoded;
  }
  return config;
}

/** A number, or each of a list; anything else as it is. */
function asFloats(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asFloats);
  return typeof value === "number" ? new Float(value) : value;
}

function encodeValue(option: string, value: unknown, title: string, style: KerasStyle): unknown {
  const table = tableOf(option, value);
  if (table !== undefined) {
    // Keras 3 finds the layer in an older file by its module alone.
    const own = table === settingTables.activation && style === "keras2" ? "keras3" : style;
    return encodeSetting(table, value as StoredSetting | string, own);
  }
  const isOlder = value === "hardSigmoidKeras2";
  if (isOlder && style === "tensorflowJs") return "hard_sigmoid";
  if (isOlder || value === "geluApproximate") {
    refuse({
      what: `Keras has no word for the ${option} of ${title}.`,
      expected: "gelu, or another word of Keras's",
      received: value,
      fix: "Save the model as .safetensors.",
    });
  }
  if (typeof value === "string") return encodeWord(option, value, style);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return refuse({
    what: `Keras has no such ${option} as that of ${title}.`,
    expected: "a word, a number or a list",
    received: value,
    fix: "Use zeroPadding2d before the layer, or save the model as .safetensors.",
  });
}

/** Names that people choose are kept; words of a vocabulary follow the rule. */
function encodeWord(option: string, value: string, style: KerasStyle): string {
  // Keras 2 and TensorFlow.js know it by its other name alone.
  if (value === "silu" && style !== "keras3") return "swish";
  return option === "name" || option === "curve" ? value : snakeCase(value);
}

function decodeWord(option: string, value: string): string {
  return option === "name" || option === "curve" ? value : camelCase(value);
}

function encodeSetting(
  { rows, module }: SettingTable,
  setting: StoredSetting | string,
  style: KerasStyle,
): unknown {
  const { name, options = {} } = typeof setting === "string" ? { name: setting } : setting;
  if (!Object.hasOwn(rows, name)) {
    refuse({
      what: `Keras has no ${name}.`,
      expected: Object.keys(rows).join(", "),
      received: name,
      fix: "Choose one that Keras has, or save the model as .safetensors.",
    });
  }
  const row = rows[name];
  const config = encodeOptions(row, options, name, style);
  // TensorFlow.js has only the class of both.
  const isHalf = style !== "keras3" && (name === "l1" || name === "l2");
  if (isHalf) return encodeObject("L1L2", { l1: 0, l2: 0, ...config }, module, style);
  return encodeObject(row.className, config, module, style);
}

/** Options that any object may state, with what makes no difference. */
const always: Readonly<Record<string, (value: unknown) => boolean>> = {
  name: () => true,
  dtype: isFloat,
  trainable: () => true,
  data_format: (value) => value === "channels_last",
  autocast: () => true,
  // First values lie behind a model that is loaded; so do the seeds that they came from.
  seed: () => true,
  batch_input_shape: () => true,
};

/** Whether a dtype, or a policy of dtypes, is one of floats: Fovea computes all of them in f32. */
function isFloat(value: unknown): boolean {
  const { config } = (value ?? {}) as { readonly config?: { readonly name?: unknown } };
  const name = typeof value === "string" ? value : config?.name;
  return typeof name === "string" && /^(mixed_)?b?float\d\d$/.test(name);
}

/**
 * Our options from a file's configuration; `title` says whose they are.
 *
 * @throws FormatError where it states what Fovea has not.
 */
export function decodeOptions(
  row: KerasRow,
  config: Readonly<Record<string, unknown>>,
  title: string,
): Record<string, unknown> {
  const { options: known, formerly = {}, fixed = {}, nullable = [], single = [] } = row;
  const words: Readonly<Record<string, string>> = { ...row.words, ...row.olderWords };
  const options: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(config)) {
    const option = Object.hasOwn(formerly, key) ? formerly[key] : ourNameOf(key, known);
    if (value === null && !nullable.includes(option)) continue;
    if (Object.hasOwn(known, option)) {
      const isOne = single.includes(option) && Array.isArray(value) && value.length === 1;
      const word = typeof value === "string" || value === null ? String(value) : undefined;
      const isWord = word !== undefined && Object.hasOwn(words, word);
      const decoded = isWord ? words[word] : decodeValue(option, isOne ? value[0] : value, title);
      if (decoded !== undefined) options[option] = decoded;
      continue;
    }
    if (Object.hasOwn(fixed, key) && (fixed[key] === undefined || fixed[key] === value)) continue;
    if (Object.hasOwn(always, key) && always[key](value)) continue;
    if (value === false || (typeof value === "object" && isEmpty(value))) continue;
    refuse({
      what: `Fovea cannot do what the option ${key} of ${title} asks.`,
      expected: Object.hasOwn(fixed, key) ? JSON.stringify(fixed[key]) : "nothing, or null",
      received: value,
      fix: "Change the option in Keras and save the model again.",
    });
  }
  requireFlags(options);
  return options;
}

const isEmpty = (value: object | null) => value !== null && Object.keys(value).length === 0;

function decodeValue(option: string, value: unknown, title: string): unknown {
  const table = tableOf(option, value);
  // Keras 3 writes the state of its seed generators; only a number means the same to us.
  if (option === "seed") return Number.isSafeInteger(value) ? value : undefined;
  if (table !== undefined) {
    return decodeSetting(table.rows, value, `${option} of ${title}`);
  }
  if (typeof value === "string") return decodeWord(option, value);
  return value;
}

function decodeSetting(rows: KerasRows, value: unknown, title: string): StoredSetting | string {
  const { className, config, found } = namedIn(value, rows, title);
  if (found === undefined) {
    return refuse({
      what: `Fovea has no such ${className} as the ${title}.`,
      expected: Object.values(rows)
        .map((row) => row.className)
        .join(", "),
      received: className,
      fix: "Choose another one in Keras and save the model again.",
    });
  }
  const [name, row] = found;
  const options = decodeOptions(row, config, title);
  return Object.keys(options).length === 0 ? name : { name, options };
}

/** A class by the word that Keras knows it by, such as `glorot_uniform`. */
function rowOfWord(rows: KerasRows, word: string): readonly [string, KerasRow] | undefined {
  const name = camelCase(word);
  return Object.hasOwn(rows, name) ? [name, rows[name]] : undefined;
}
