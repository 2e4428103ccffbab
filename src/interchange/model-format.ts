// What a kind of model file is: how it is written and read.

import type { Shape } from "../core/shape.ts";
import type { Warn } from "../core/warn.ts";
import type { CustomLayers } from "../nn/custom-layer.ts";
import type { Metric } from "../nn/metrics/metric.ts";
import type { CompileOptions } from "../train/options.ts";
import type { ModelToStore, StoredModel } from "./stored-model.ts";

/** Shapes `[H, W, C]` of inputs that a file leaves free: one for all, or by the names of inputs. */
export type InputShapes = Shape | Readonly<Record<string, Shape>>;

/** The shape that is asked for an input; undefined where none is. */
export function askedShape(inputShape: InputShapes | undefined, name: string): Shape | undefined {
  if (Array.isArray(inputShape)) return inputShape as Shape;
  const record = inputShape as Readonly<Record<string, Shape>> | undefined;
  return record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined;
}

/** What a loss or metrics of one's own are used for, where a file names what Fovea has not. */
export type OwnTraining = Partial<Pick<CompileOptions, "loss">> & {
  readonly metrics?: readonly Metric[];
};

export interface ReadOptions {
  /** Layers of your own, by the kind or the class name under which the file has them. */
  readonly customLayers?: CustomLayers | undefined;
  /** Whether optimizer, loss and metrics are read. Default: true. */
  readonly training?: boolean | undefined;
  /** Sizes of inputs that the file leaves free. */
  readonly inputShape?: InputShapes | undefined;
  /** Loss and metrics of your own. */
  readonly own?: OwnTraining;
  /** Takes what is worth knowing of a file that is read all the same. */
  readonly warn: Warn;
}

/** What `ModelFormat.write` is told besides the model. */
export interface WriteOptions {
  /** Takes what the file cannot keep, or its readers cannot do. */
  readonly warn: Warn;
}

export interface ModelFormat {
  /** @throws FormatError where the file cannot hold the model, or cannot be written. */
  write(path: string, model: ModelToStore, options: WriteOptions): Promise<void>;
  /** @throws FormatError where the file is damaged, or holds what Fovea has not. */
  read(path: string, options: ReadOptions): Promise<StoredModel>;
}
