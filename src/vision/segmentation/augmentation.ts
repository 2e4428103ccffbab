// Layers that change pictures and their masks alike, one example at a time: so its draws follow from its number alone,
// and not from the batch that it is in.

import { type Augmenter, augmenter } from "../../augment/index.ts";
import { float32Of, type Tensor } from "../../core/tensor.ts";
import type { Device } from "../../machine/device.ts";
import { openDevice } from "../../machine/open.ts";
import type { LayerInstance } from "../../nn/layer-instance.ts";
import type { ClassMap } from "../annotated.ts";

/** A picture as bytes or floats with its mask. */
export interface Example {
  /** `[H, W, C]` */
  readonly image: Tensor;
  readonly target: ClassMap;
}

/** Changes examples; opens what it needs when it is first used. */
export class Augmentation {
  readonly #layers: readonly LayerInstance[];
  readonly #seed: number;
  #opened: Promise<{ readonly device: Device; readonly augmenter: Augmenter }> | undefined;

  constructor(layers: readonly LayerInstance[], seed: number) {
    this.#layers = layers;
    this.#seed = seed;
  }

  /** The example, changed by the draws that belong to its number. @throws ConfigError where masks cannot follow. */
  async apply({ image, target }: Example, row: number): Promise<Example> {
    this.#opened ??= this.#open();
    const opened = await this.#opened;
    // Masks are filled with 0 beyond the border, which is to mean unknown: classes are moved up by one.
    const masks = { data: target.data.map((label) => label + 1), shape: [1, ...target.shape, 1] };
    const batch = { data: image.data, shape: [1, ...image.shape] };
    const { images, segmentationMasks } = await opened.augmenter.apply(
      { images: batch, segmentationMasks: masks },
      row,
    );
    const moved = segmentationMasks as Tensor<Uint8Array>;
    return {
      image: { data: float32Of(images.data), shape: images.shape.slice(1) },
      target: { data: moved.data.map((label) => label - 1), shape: moved.shape.slice(1, 3) },
    };
  }

  async #open() {
    // One thread of its own: training has the others.
    const device = await openDevice({ threads: 1 });
    return { device, augmenter: augmenter(this.#layers, { seed: this.#seed, device }) };
  }

  async dispose(): Promise<void> {
    const opened = await this.#opened;
    this.#opened = undefined;
    await opened?.augmenter.dispose();
    await opened?.device.close();
  }
}
