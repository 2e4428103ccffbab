// What is done to an input's numbers before the first layer sees them: a record that belongs to a model, and
// its part of the graph. Layers and examples know nothing of it.

import { ConfigError } from "../core/errors.ts";
import { type Interpolation, requireInterpolation } from "../core/interpolation.ts";
import { suggestion } from "../core/names.ts";
import {
  isWhole,
  type OptionNames,
  outlineOf,
  requireFlag,
  requireNumber,
  requireOption,
} from "../core/option.ts";
import {
  containedSize,
  marginBefore,
  type ResizeMode,
  requireResizeMode,
} from "../core/resize-mode.ts";
import { formatShape, type Shape } from "../core/shape.ts";
import type { Builder } from "../graph/builder.ts";
import type { Node } from "../graph/op.ts";
import { constantOf } from "./layers/constants.ts";
import { cropToAspect, resizeImage } from "./layers/resize-image.ts";
import type { Network } from "./network.ts";

/**
 * What is done to every number x of an input before the first layer, in training, evaluation and prediction:
 * `((x · scale + offset) − mean) / deviation`, after the image has its size and the order of its channels.
 * The formula holds for numbers of every type: bytes count as 0 to 255.
 */
export interface Preprocess {
  /** What numbers are multiplied by: `1 / 255` brings bytes to 0…1. Default: 1. */
  readonly scale?: number;
  /** What is added then. Default: 0. */
  readonly offset?: number;
  /** What is subtracted then: one number, or one for each position of the last axis. Default: 0. */
  readonly mean?: number | readonly number[];
  /** What is divided by at last: one number, or one for each position of the last axis. Default: 1. */
  readonly deviation?: number | readonly number[];
  /**
   * The order of channels that the first layer expects of images that come as red, green, blue. Default:
   * `rgb`.
   */
  readonly channelOrder?: "rgb" | "bgr";
  /**
   * The height and width that the first layer expects. Where it is given, images may come in other sizes and
   * are resized. Default: tensors come in this size, and picture files are resized to it.
   */
  readonly size?: readonly [number, number];
  /**
   * What happens where proportions differ: `stretch`, `cover` or `contain`. Of tensors, `cover` uses whole pixels.
   * Default: `stretch`.
   */
  readonly resize?: ResizeMode;
  /** How pixels between pixels are computed. Default: `bilinear`. */
  readonly interpolation?: Interpolation;
  /** Whether all pixels count where an image shrinks. Default: true. */
  readonly antialias?: boolean;
  /**
   * The part of a picture file, or of a tensor of another size, that is used, from the middle: 0.875 with
   * `cover` is a resize to 256 and a crop to 224. Above 0, at most 1. Default: 1.
   */
  readonly crop?: number;
  /** What `contain` fills the rest with, before anything is scaled. Default: 0. */
  readonly fillValue?: number;
  /** What lies behind transparent pixels of picture files: red, green, blue, 0 to 255. Default: white. */
  readonly background?: readonly [red: number, green: number, blue: number];
  /**
   * Leaves inputs of other types as they are: `u8` means arrays of bytes only. So models of files that were
   * saved before there was this record go on scaling bytes, and only these. Default: all types.
   */
  readonly dtype?: "u8";
}

/** One record for the only input, or records by the names of inputs. */
export type PreprocessOption = Preprocess | Readonly<Record<string, Preprocess>>;

const fields: OptionNames<Preprocess> = {
  scale: true,
  offset: true,
  mean: true,
  deviation: true,
  channelOrder: true,
  size: true,
  resize: true,
  interpolation: true,
  antialias: true,
  crop: true,
  fillValue: true,
  background: true,
  dtype: true,
};

/**
 * The record of each input of `network`; undefined where its numbers stay as they are.
 *
 * @throws ConfigError where a record cannot be used, or belongs to no input.
 */
export function preprocessOf(
  network: Network,
  option: PreprocessOption | undefined,
): readonly (Preprocess | undefined)[] {
  const { inputs, inputNames } = network;
  if (option === undefined) return inputs.map(() => undefined);
  requireRecord("preprocess", option);
  const byName = isByName(option) ? option : nameOnly(option, inputNames);
  for (const name of Object.keys(byName)) {
    if (inputNames.includes(name)) continue;
    throw new ConfigError({
      what: "The option preprocess names an input that does not exist.",
      expected: inputNames.join(", "),
      received: name,
      ...suggestion(inputNames, name),
    });
  }
  return inputNames.map((name, i) => {
    const record = Object.hasOwn(byName, name) ? byName[name] : undefined;
    if (record !== undefined) checkPreprocess(record, inputs[i].shape);
    return record;
  });
}

/** Whether the option is a record of records: no field of a `Preprocess` is one. */
function isByName(option: PreprocessOption): option is Readonly<Record<string, Preprocess>> {
  const values = Object.values(option).filter((value) => value !== undefined);
  const isRecord = (value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  return values.length > 0 && values.every(isRecord);
}

function nameOnly(option: Preprocess, inputNames: readonly string[]) {
  if (inputNames.length === 1) return { [inputNames[0]]: option };
  throw new ConfigError({
    what: "The option preprocess cannot be used.",
    expected: `a record for some of the inputs ${inputNames.join(", ")}, by their names`,
    received: "one record for all",
    fix: `say which one: preprocess: { ${inputNames[0]}: { … } }`,
  });
}

function requireRecord(name: string, value: unknown): void {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return;
  throw new ConfigError({
    what: `The option ${name} cannot be used.`,
    expected: "a record, such as { scale: 1 / 255 }",
    received: outlineOf(value),
  });
}

/** @throws ConfigError where a field is unknown, or does not fit inputs of this shape. */
function checkPreprocess(record: Preprocess, inputShape: Shape): void {
  const known = Object.keys(fields);
  for (const name of Object.keys(record)) {
    if (known.includes(name)) continue;
    throw new ConfigError({
      what: `The option preprocess has no field "${name}".`,
      expected: known.join(", "),
      received: name,
      ...suggestion(known, name),
    });
  }
  const { scale = 1, offset = 0, mean = 0, deviation = 1, channelOrder, size, dtype } = record;
  const check = (name: string, value: unknown, fits: boolean, expected: string) =>
    requireOption(`preprocess.${name}`, value, fits, expected);
  const places = inputShape.at(-1) ?? 1;
  const numbers = `a finite number, or ${places} of them in a list`;
  const areNumbers = (value: number | readonly number[]) =>
    typeof value === "number"
      ? Number.isFinite(value)
      : Array.isArray(value) && value.length === places && value.every(Number.isFinite);
  check("scale", scale, Number.isFinite(scale), "a finite number");
  check("offset", offset, Number.isFinite(offset), "a finite number");
  check("mean", mean, areNumbers(mean), numbers);
  const isPositive = areNumbers(deviation) && [deviation].flat().every((one) => one > 0);
  check("deviation", deviation, isPositive, `${numbers}, above 0`);
  check("dtype", dtype, dtype === undefined || dtype === "u8", '"u8"');
  const isImage = inputShape.length === 3;
  const orders = channelOrder === undefined || ["rgb", "bgr"].includes(channelOrder);
  check("channelOrder", channelOrder, orders, '"rgb" or "bgr"');
  const isColour = channelOrder !== "bgr" || (isImage && places === 3);
  check("channelOrder", channelOrder, isColour, "inputs [H, W, 3]");
  checkResizing(record);
  if (size === undefined) return;
  const [height, width] = inputShape;
  const fits = Array.isArray(size) && size.length === 2 && size[0] === height && size[1] === width;
  check(
    "size",
    size,
    isImage && fits,
    `the size of the input ${formatShape([null, ...inputShape])}`,
  );
}

/** @throws ConfigError where a field that says how images are resized cannot be used. */
function checkResizing(record: Preprocess): void {
  const { resize = "stretch", interpolation = "bilinear", antialias = true } = record;
  const { crop = 1, fillValue = 0, background = [0, 0, 0] } = record;
  requireResizeMode("preprocess.resize", resize);
  requireInterpolation(interpolation);
  requireFlag("preprocess.antialias", antialias);
  requireNumber("preprocess.crop", crop, { above: 0, most: 1 });
  requireNumber("preprocess.fillValue", fillValue);
  const isLevel = (part: number) => isWhole(part, 0) && part < 256;
  const isColour =
    Array.isArray(background) && background.length === 3 && background.every(isLevel);
  const colour = "[red, green, blue], whole numbers from 0 to 255";
  requireOption("preprocess.background", background, isColour, colour);
}

/** Whether `record` lets images come in other sizes than `inputShape`. */
export function acceptsOtherSizes(record: Preprocess | undefined): boolean {
  return record?.size !== undefined;
}

/** `x [N, …]` of any type as f32, preprocessed. */
export function preprocess(build: Builder, x: Node, record: Preprocess | undefined): Node {
  const values = x.dtype === "f32" ? x : build.cast(x, "f32");
  if (record === undefined || (record.dtype === "u8" && x.dtype !== "u8")) return values;
  const { scale = 1, offset = 0, mean = 0, deviation = 1, channelOrder } = record;
  const ordered = channelOrder === "bgr" ? reverseChannels(build, values) : values;
  const sized = resized(build, ordered, record);
  // One product and one sum: ((x · scale + offset) − mean) / deviation = x · factor + shift.
  const factor = perChannel(deviation, (d) => scale / d);
  const shift = perChannel(mean, (m, i) => (offset - m) / at(deviation, i), deviation);
  const isPlain = [factor].flat().every((one) => one === 1);
  const product = isPlain ? sized : build.multiply(sized, constantOf(build, factor));
  const isLinear = [shift].flat().every((one) => one === 0);
  return isLinear ? product : build.add(product, constantOf(build, shift));
}

/** Images of the size that the first layer expects; those that have it stay as they are. */
function resized(build: Builder, x: Node, record: Preprocess): Node {
  const { size, resize = "stretch", interpolation = "bilinear", antialias = true } = record;
  const { crop = 1, fillValue = 0 } = record;
  const [count, height, width, channels] = x.shape;
  if (size === undefined || (height === size[0] && width === size[1])) return x;
  let image = x;
  if (crop < 1) {
    const [rows, columns] = [height, width].map((side) => Math.max(1, Math.round(side * crop)));
    const start = [0, Math.floor((height - rows) / 2), Math.floor((width - columns) / 2), 0];
    image = build.slice(x, start, [count, rows, columns, channels]);
  }
  if (resize === "cover") image = cropToAspect(build, image, size);
  if (resize !== "contain") return resizeImage(build, image, size, interpolation, antialias);
  const inner = containedSize([image.shape[1], image.shape[2]], size);
  const small = resizeImage(build, image, inner, interpolation, antialias);
  const before = [0, marginBefore(size[0], inner[0]), marginBefore(size[1], inner[1]), 0];
  const after = [0, size[0] - inner[0] - before[1], size[1] - inner[1] - before[2], 0];
  return build.pad(small, before, after, fillValue);
}

type PerChannel = number | readonly number[];

const at = (values: PerChannel, i: number) => (typeof values === "number" ? values : values[i]);

/** `map` of a number, or of one for each channel where it, or `other`, is a list. */
function perChannel(
  values: PerChannel,
  map: (value: number, i: number) => number,
  other: PerChannel = 0,
): PerChannel {
  const list = [values, other].find((one) => typeof one !== "number");
  if (list === undefined || typeof list === "number") return map(at(values, 0), 0);
  return list.map((_, i) => map(at(values, i), i));
}

function reverseChannels(build: Builder, x: Node): Node {
  const [count, height, width, channels] = x.shape;
  const channel = (i: number) => build.slice(x, [0, 0, 0, i], [count, height, width, 1]);
  return build.concatenate(
    Array.from({ length: channels }, (_, i) => channel(channels - 1 - i)),
    3,
  );
}
