// `augment`: images that change from step to step, outside of a model and as ready lists of layers.

export type { BoundingBoxFormat } from "../core/bounding-box-format.ts";
export { type AugmentBatch, Augmenter, type AugmenterOptions, augmenter } from "./augmenter.ts";
export type {
  FlowOptions,
  FolderFlowOptions,
  GeneratorFitOptions,
  ImageDataGeneratorOptions,
} from "./generator-options.ts";
export {
  type GeneratorExamples,
  ImageDataGenerator,
  imageDataGenerator,
} from "./image-data-generator.ts";
export { type PolicyName, type PolicyOptions, policy } from "./policies.ts";
export type { ShiftRange, TransformParameters } from "./random-transform.ts";
