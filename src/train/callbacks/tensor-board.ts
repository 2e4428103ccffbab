// Event files that TensorBoard opens. The bytes are formats/' business.

import { platform } from "#platform";
import { FormatError } from "../../core/errors.ts";
import { requireOption, requireWhole } from "../../core/option.ts";
import type { Tensor } from "../../core/tensor.ts";
import {
  type EventContent,
  type EventImage,
  encodeEvent,
  type Histogram,
} from "../../formats/event-file.ts";
import { optionsOf } from "../../nn/facts.ts";
import type { Network, SymbolicOutputs } from "../../nn/network.ts";
import type { Callback } from "../callback.ts";
import type { StatefulModel } from "../stateful-model.ts";
import { callbackFacts } from "./callback-facts.ts";
import { filterSheet, imageOf } from "./event-image.ts";
import { pathOf } from "./path.ts";

export interface TensorBoardOptions {
  /** The folder of the event files, in its subfolders `train` and `validation`. Default: `logs`. */
  readonly path?: string;
  /** Epochs between two histograms of every weight. Default: 0, no histograms. */
  readonly histogramFrequency?: number;
  /** Whether the graph of layers is written. Default: true. */
  readonly writeGraph?: boolean;
  /** Whether filters with one or three input channels are written as images. Default: false. */
  readonly writeImages?: boolean;
  /**
   * Images of your own for every epoch, by name: `[H, W, C]` with 1 to 4 channels, u8, or f32 from
   * 0 to 1.
   */
  readonly images?: (
    model: StatefulModel<SymbolicOutputs>,
    epoch: number,
  ) => Readonly<Record<string, Tensor<Uint8Array | Float32Array>>>;
}

/**
 * Writes every epoch's numbers as `epoch_loss`, `epoch_accuracy`, …, those of validation beside
 * them, the layers as a graph, and weights as histograms and filters as pictures where that is
 * asked for. Look at them by `tensorboard --logdir logs`. Tags and folders are Keras's. Unlike all
 * other files of Fovea, event files grow while a run lasts, since TensorBoard reads them meanwhile:
 * a kill may leave a last record that is cut off, which TensorBoard skips by its checksum. A run
 * that is resumed begins new ones.
 *
 * @throws ConfigError where the path cannot be used, FormatError where a file cannot be written,
 * DataError where an image cannot be used.
 * @example callbacks: [callbacks.tensorBoard({ path: "logs/run-1", histogramFrequency: 1 })]
 */
export function tensorBoard(options: TensorBoardOptions = {}): Callback {
  const path = pathOf(options, "tensorBoard", "logs");
  optionsOf(tensorBoard.facts, options);
  const { histogramFrequency = 0, writeGraph = true } = options;
  const { writeImages = false, images } = options;
  requireWhole("histogramFrequency", histogramFrequency, 0);
  const isFunction = images === undefined || typeof images === "function";
  requireOption(
    "images of tensorBoard",
    images,
    isFunction,
    "a function of the model and the epoch",
  );
  const files = new Map<string, string>();
  const write = async (part: "train" | "validation", step: number, content: EventContent) => {
    const wallTime = Date.now() / 1000;
    try {
      let file = files.get(part);
      if (file === undefined) {
        const folder = platform.paths.join(path, part);
        await platform.disk.makeFolder(folder);
        // TensorBoard knows event files by this word in their names.
        file = platform.paths.join(
          folder,
          `events.out.tfevents.${Math.floor(wallTime)}.${platform.process.id}.fovea`,
        );
        files.set(part, file);
        await platform.disk.append(file, encodeEvent({ wallTime, content: { version: true } }));
      }
      await platform.disk.append(file, encodeEvent({ wallTime, step, content }));
    } catch (cause) {
      throw new FormatError({
        what: `The event files in ${path} cannot be written.`,
        received: (cause as Error).message,
        cause,
      });
    }
  };
  return {
    async onTrainBegin(_, { model }) {
      files.clear();
      if (writeGraph) await write("train", 0, { graph: graphOf(model.network) });
    },
    async onEpochEnd({ epoch, logs }, { model }) {
      const scalars = Object.entries(logs).map(([name, scalar]) => ({ name, scalar }));
      const validated = scalars.filter(({ name }) => name.startsWith("val_"));
      const trained = scalars.filter(({ name }) => !name.startsWith("val_"));
      const valuesOf = (some: typeof scalars) => ({
        values: some.map(({ name, scalar }) => ({
          tag: `epoch_${name.replace(/^val_/, "")}`,
          scalar,
        })),
      });
      await write("train", epoch - 1, valuesOf(trained));
      if (validated.length > 0) await write("validation", epoch - 1, valuesOf(validated));
      const given = images?.(model, epoch) ?? {};
      const pictures = [
        ...(writeImages ? await filtersOf(model) : []),
        ...(await Promise.all(
          Object.entries(given).map(async ([tag, one]) => ({ tag, image: await imageOf(one) })),
        )),
      ];
      if (pictures.length > 0) await write("train", epoch - 1, { values: pictures });
      if (histogramFrequency === 0 || (epoch - 1) % histogramFrequency !== 0) return;
      const values = [...(await model.getWeights())].map(([tag, { data }]) => ({
        tag,
        histogram: histogramOf(data),
      }));
      await write("train", epoch - 1, { values });
    },
  };
}
tensorBoard.facts = callbackFacts<TensorBoardOptions>({
  name: "tensorBoard",
  options: {
    path: "log_dir",
    histogramFrequency: "histogram_freq",
    writeGraph: "write_graph",
    writeImages: "write_images",
    images: null,
  },
  keras: { className: "TensorBoard" },
});

async function filtersOf(model: StatefulModel<SymbolicOutputs>) {
  const pictures: { readonly tag: string; readonly image: EventImage }[] = [];
  for (const [tag, weight] of await model.getWeights()) {
    const image = await filterSheet(weight);
    if (image !== undefined) pictures.push({ tag, image });
  }
  return pictures;
}

function graphOf(network: Network) {
  const shown = new Set(network.layers.map(({ name }) => name));
  const hidden = network.inputNames.filter((name) => !shown.has(name));
  return [
    ...hidden.map((name) => ({ name, op: "InputLayer", inputs: [] })),
    ...network.layers.map(({ name, layer, applications }) => ({
      name,
      op: layer.className,
      inputs: applications
        .flatMap(({ inputs }) => inputs)
        .map((tensor) => network.referenceTo(tensor)[0]),
    })),
  ];
}

/** Thirty equal steps from the least value to the largest, as TensorFlow has them. */
export function histogramOf(values: Float32Array, buckets = 30): Histogram {
  const finite = values.filter(Number.isFinite);
  const least = finite.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const largest = finite.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  if (finite.length === 0) {
    return { least: 0, largest: 0, count: 0, sum: 0, sumOfSquares: 0, limits: [0], counts: [0] };
  }
  const width = (largest - least) / buckets || 1;
  const counts = new Array<number>(buckets).fill(0);
  for (const value of finite) {
    counts[Math.min(buckets - 1, Math.floor((value - least) / width))]++;
  }
  return {
    least,
    largest,
    count: finite.length,
    sum: finite.reduce((sum, value) => sum + value, 0),
    sumOfSquares: finite.reduce((sum, value) => sum + value * value, 0),
    limits: counts.map((_, i) => (i === buckets - 1 ? largest : least + (i + 1) * width)),
    counts,
  };
}
