// The front door of "fovea": what people import, and nothing else. Floor 9.

export * from "./core/errors.ts";
export { type Tensor, tensor } from "./core/tensor.ts";
export * as datasets from "./data/datasets/index.ts";
export { type Examples, sliceExamples } from "./data/examples.ts";
export { type DeviceOptions, describeDevice, openDevice } from "./machine/index.ts";
export { type CustomLayers, defineLayer, type LayerDefinition } from "./nn/custom-layer.ts";
export type { CallContext, Layer, LayerPlan, WeightSpec } from "./nn/layer.ts";
export { layers } from "./nn/layers/index.ts";
export { losses } from "./nn/losses/index.ts";
export { metrics } from "./nn/metrics/index.ts";
export { optimizers } from "./nn/optimizers/index.ts";
export { schedules } from "./nn/schedules/index.ts";
export type { Callback, TrainControl } from "./train/callback.ts";
export { type LoadedModel, type LoadOptions, loadModel, saveModel } from "./train/checkpoint.ts";
export type { EpochRecord, Logs, StepRecord, TrainRecord } from "./train/events.ts";
export type { Model } from "./train/model.ts";
export type { CompileOptions, FitOptions, History, ModelOptions } from "./train/options.ts";
export { type SequentialOptions, sequential } from "./train/sequential.ts";
