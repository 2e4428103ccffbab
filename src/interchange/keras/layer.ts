// A layer in a file of Keras's, and ours. Layers of one's own are written under their own class names,
// and found again by `customLayers`.

import type { UnitConfig } from "../../nn/network-config.ts";
import type { InputShapes } from "../file-format.ts";
import { recordOf, refuse } from "../refuse.ts";
import { layerRows } from "./layer-rows.ts";
import { decodeOptions, encodeObject, encodeOptions, type KerasStyle, objectIn } from "./object.ts";
import { findRow } from "./row.ts";
import { camelCase, snakeCase } from "./words.ts";

/** What is known while a model's description is read. */
export interface Reading {
  /** Kinds of layers that are not Keras's, by name. */
  readonly custom: Readonly<Record<string, unknown>>;
  /** Sizes of inputs that the file leaves free. */
  readonly inputShape?: InputShapes | undefined;
}

/** The options of every layer, which Keras states in other ways. */
function splitOptions(options: object) {
  const { name, inputShape: _, trainable = true, ...own } = options as Record<string, unknown>;
  return { name, trainable, own };
}

/** A layer as a file keeps it; `className` is its class, for layers that are not Keras's. */
export function encodeLayer(
  { kind, options }: UnitConfig,
  className: string,
  style: KerasStyle,
): Readonly<Record<string, unknown>> {
  const { name, trainable, own } = splitOptions(options);
  // Some classes take no such option. Default: it is true.
  const base = { name, ...(trainable ? {} : { trainable }), dtype: "float32" };
  const title = `the layer "${name}"`;
  if (!Object.hasOwn(layerRows, kind)) {
    const keys = Object.entries(own).map(([option, value]) => [snakeCase(option), value]);
    return encodeObject(className, { ...base, ...Object.fromEntries(keys) }, "fovea", style);
  }
  const row = layerRows[kind];
  const { layer, layers, ...plain } = own;
  const encode = (one: unknown) => encodeInner(one as UnitConfig, title, style);
  const inner = {
    ...(layer === undefined ? {} : { layer: encode(layer) }),
    ...(Array.isArray(layers) ? { layers: layers.map(encode) } : {}),
  };
  const common = row.onlyOwn ? { name } : base;
  const config = { ...common, ...encodeOptions(row, plain, title, style), ...inner };
  return encodeObject(row.className, config, row.module ?? "keras.layers", style);
}

/** A layer that is an option of another. */
function encodeInner({ kind, options }: UnitConfig, title: string, style: KerasStyle) {
  if (Object.hasOwn(layerRows, kind)) {
    const name = snakeCase(kind);
    return encodeLayer({ kind, options: { name, ...options } }, layerRows[kind].className, style);
  }
  return refuse({
    what: `The layer inside of ${title} is none of Keras's.`,
    expected: "a layer that Keras has as well",
    received: kind,
    fix: "Save the model as .safetensors.",
  });
}

/** A layer of a file. @throws FormatError where Fovea has none like it. */
export function decodeLayer(value: unknown, reading: Reading): UnitConfig {
  const { custom } = reading;
  const { className, config, isKeras } = objectIn(value, "A layer");
  const title = `the layer "${config.name}" (${className})`;
  const base = {
    name: config.name,
    ...(config.trainable === false ? { trainable: false } : {}),
  };
  const found = isKeras ? findRow(layerRows, className) : undefined;
  if (found !== undefined) {
    const [kind, row] = found;
    const { layer, layers, ...plain } = config;
    const inner = {
      ...(Object.hasOwn(row.options, "layer") ? { layer: decodeLayer(layer, reading) } : {}),
      ...(Object.hasOwn(row.options, "layers")
        ? { layers: decodeLayers(layers, title, reading) }
        : {}),
    };
    const hasInner = Object.keys(inner).length > 0;
    const options = decodeOptions(row, hasInner ? plain : config, title);
    return { kind, options: { ...base, ...options, ...inner } };
  }
  const kind = [className, kindOf(className)].find((name) => Object.hasOwn(custom, name));
  if (kind === undefined) {
    if (isKeras && className === "Lambda") return refuseLambda(String(config.name));
    return refuse({
      what: `Fovea has no layer of the class ${className}, which is that of "${config.name}".`,
      expected: Object.values(layerRows)
        .map((row) => row.className)
        .join(", "),
      received: className,
      fix: `Hand it in: loadModel(path, { customLayers: { ${isKeras ? kindOf(className) : className} } }).`,
    });
  }
  const { name: _, trainable: __, dtype: ___, ...own } = recordOf(config, title);
  const entries = Object.entries(own).map(([key, one]) => [camelCase(key), one]);
  return { kind, options: { ...base, ...Object.fromEntries(entries) } };
}

/** Layers that are an option of another. */
function decodeLayers(value: unknown, title: string, reading: Reading): readonly UnitConfig[] {
  if (Array.isArray(value)) return value.map((one) => decodeLayer(one, reading));
  return refuse({
    what: `The layers inside of ${title} cannot be read.`,
    expected: "a list of layers",
    received: value,
    fix: "Save the model again in Keras.",
  });
}

function refuseLambda(name: string): never {
  return refuse({
    what: `The layer "${name}" is a Lambda: code of Python, which Fovea cannot run.`,
    expected: "layers whose meaning Keras stores",
    received: "Lambda",
    fix:
      "Put a layer of Keras in its place and save the model again, or write one of your own: " +
      "loadModel(path, { customLayers: { lambda: (options) => … } }); options.name tells several apart.",
  });
}

/** `ChannelPooling` → `channelPooling` */
function kindOf(className: string): string {
  return className.charAt(0).toLowerCase() + className.slice(1);
}
