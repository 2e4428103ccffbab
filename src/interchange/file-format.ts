// What a kind of model file is: a record becomes bytes, and bytes a record. Where they lie is the
// business of others.

import type { Shape } from "../core/shape.ts";
import type { Warn } from "../core/warn.ts";
import type { CustomLayers } from "../nn/custom-layer.ts";
import type { Network } from "../nn/network.ts";
import type { FoundWeights } from "./found-weights.ts";
import type { StoredModel, Values } from "./stored-model.ts";
import type { TorchNames } from "./torch/names.ts";

/** Shapes `[H, W, C]` of inputs that a file leaves free: one for all, or by the names of inputs. */
export type InputShapes = Shape | Readonly<Record<string, Shape>>;

/** The shape that is asked for an input; undefined where none is. */
export function askedShape(inputShape: InputShapes | undefined, name: string): Shape | undefined {
  if (Array.isArray(inputShape)) return inputShape as Shape;
  const record = inputShape as Readonly<Record<string, Shape>> | undefined;
  return record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined;
}

/** The bytes of a file beside the model, by its name. @throws FormatError where there is none. */
export type ReadPart = (name: string) => Promise<Uint8Array>;

export interface DecodeOptions {
  /** What errors call the file. */
  readonly file: string;
  /** Reads what lies in further files. */
  readonly part: ReadPart;
  /** Layers of your own, by the kind or the class name under which the file has them. */
  readonly customLayers?: CustomLayers | undefined;
  /** Whether optimizer, loss and metrics are read. Default: true. */
  readonly training?: boolean | undefined;
  /** Sizes of inputs that the file leaves free. */
  readonly inputShape?: InputShapes | undefined;
  /** Takes what is worth knowing of a file that is read all the same. */
  readonly warn: Warn;
}

export interface EncodeOptions {
  /** What errors and warnings call the file. */
  readonly file: string;
  /** Takes what the file cannot keep, or its readers cannot do. */
  readonly warn: Warn;
}

/** A model as bytes. */
export interface EncodedModel {
  readonly bytes: Uint8Array;
  /** Files that belong beside it, by name. */
  readonly parts?: ReadonlyMap<string, Uint8Array>;
}

export interface ModelFormat {
  /** @throws FormatError where the file cannot hold the model. */
  encode(model: StoredModel, options: EncodeOptions): Promise<EncodedModel>;
  /** @throws FormatError where the file is damaged, or holds what Fovea has not. */
  decode(bytes: Uint8Array, options: DecodeOptions): Promise<StoredModel>;
}

/** A kind of file that holds weights, alone or with their model. */
export interface WeightsFormat {
  /** Whole models hold weights as well, but are written by `saveModel`. */
  encode?(network: Network, weights: Values): Promise<Uint8Array>;
  find(bytes: Uint8Array, network: Network, options: FindOptions): Promise<FoundWeights>;
}

/** How weights are looked for. */
export interface FindOptions {
  /** What errors call the file. */
  readonly file: string;
  readonly byName: boolean;
  /** What the file calls its layers, if it is one of PyTorch or has such names. */
  readonly names?: WeightNames | undefined;
  /** Reads what lies in further files. */
  readonly part: ReadPart;
}

/**
 * The layers' own names in PyTorch's way, a library's, or those of several: the ones that fit best
 * are taken.
 */
export type WeightNames = "torch" | TorchNames | readonly TorchNames[];
