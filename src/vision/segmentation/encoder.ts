// An architecture of the zoo as an encoder: its last features of each size, from the finest to the coarsest.

import { ConfigError } from "../../core/errors.ts";
import { formatShape } from "../../core/shape.ts";
import type { SymbolicTensor } from "../../nn/symbolic.ts";
import type { Model } from "../../train/model.ts";
import { type LoadOptions, zoo } from "../../zoo/index.ts";

/** Features of one size. */
export interface EncoderLevel {
  /** How many pixels of the image lie side by side in one of the features: 1, 2, 4, … */
  readonly stride: number;
  /** `[H / stride, W / stride, C]` */
  readonly features: SymbolicTensor;
}

/** An encoder with weights. */
export interface Encoder {
  readonly model: Model;
  /** From the finest to the coarsest. */
  readonly levels: readonly EncoderLevel[];
}

/**
 * The encoder of an architecture, with weights at random or those that the options name.
 *
 * @throws ConfigError where there is no such architecture, or an option cannot be used.
 */
export async function loadEncoder(
  name: string,
  own: Readonly<Record<string, unknown>>,
  options: LoadOptions,
): Promise<Encoder> {
  const architecture = await zoo.architecture(name);
  const model = await zoo.load(name, { ...own, ...options, includeTop: false });
  const levels: EncoderLevel[] = [];
  const [height] = model.network.inputShape;
  for (const layer of Object.values(architecture.features(own))) {
    const features = model.getLayer(layer).output;
    const before = levels.at(-1)?.features.shape[0] ?? height;
    // A network that grows again, as U-Net does, is an encoder up to its smallest features.
    if (features.shape[0] > before) break;
    if (features.shape[0] === before) levels.pop();
    levels.push({ stride: Math.round(height / features.shape[0]), features });
  }
  return { model, levels };
}

/**
 * Options of an architecture whose last features are to lie `outputStride` pixels apart, where it is one that can leave
 * strides out; otherwise those that were given.
 *
 * @throws ConfigError where there is no such architecture.
 */
export async function dilated(
  name: string,
  own: Readonly<Record<string, unknown>>,
  outputStride: number,
): Promise<Readonly<Record<string, unknown>>> {
  const { options } = await zoo.architecture(name);
  return Object.hasOwn(options, "outputStride") ? { outputStride, ...own } : own;
}

/** The level with this stride, or the coarsest of those with a smaller one. @throws ConfigError where there is none. */
export function levelAt({ levels, model }: Encoder, stride: number): EncoderLevel {
  const found = levels.findLast((level) => level.stride <= stride);
  if (found !== undefined) return found;
  const shapes = levels.map(({ features }) => formatShape([null, ...features.shape]));
  throw new ConfigError({
    what: `The encoder ${model.name} has no features with a stride of ${stride} or less.`,
    expected: `a larger outputStride than ${stride}`,
    received: shapes.join(", "),
  });
}
