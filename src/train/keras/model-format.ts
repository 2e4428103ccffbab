// What a kind of model file is: how it is written and read. Floor 5.

import type { CustomLayers } from "../../nn/custom-layer.ts";
import type { ModelToStore, StoredModel } from "./stored-model.ts";

export interface ReadOptions {
  /** Layers of your own, by the kind or the class name under which the file has them. */
  readonly customLayers?: CustomLayers | undefined;
  /** Whether optimizer, loss and metrics are read; true unless told. */
  readonly training?: boolean | undefined;
}

export interface ModelFormat {
  /** @throws FormatError where the file cannot hold the model, or cannot be written. */
  write(path: string, model: ModelToStore): Promise<void>;
  /** @throws FormatError where the file is damaged, or holds what Fovea has not. */
  read(path: string, options: ReadOptions): Promise<StoredModel>;
}
