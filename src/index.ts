// The front door of "fovea": what people import, and nothing else. Floor 9.

export * from "./core/errors.ts";
export { type Tensor, tensor } from "./core/tensor.ts";
export * as datasets from "./data/datasets/index.ts";
export { type Examples, sliceExamples } from "./data/examples.ts";
export { type DeviceOptions, describeDevice, openDevice } from "./machine/index.ts";
export { blocks } from "./nn/blocks/index.ts";
export { type InputOptions, input } from "./nn/input.ts";
export type { LayerInstance } from "./nn/layer-instance.ts";
export { layers } from "./nn/layers/index.ts";
export { losses } from "./nn/losses/index.ts";
export { metrics } from "./nn/metrics/index.ts";
export { optimizers } from "./nn/optimizers/index.ts";
export { schedules } from "./nn/schedules/index.ts";
export type { SymbolicTensor } from "./nn/symbolic.ts";
export { type PlotModelOptions, plotModel } from "./report/plot-model.ts";
export type { Callback, TrainControl } from "./train/callback.ts";
export { callbacks } from "./train/callbacks/index.ts";
export { type LoadedModel, loadModel, saveModel } from "./train/checkpoint.ts";
export type { EpochRecord, Logs, StepRecord, TrainRecord } from "./train/events.ts";
export { type FunctionalOptions, model } from "./train/functional.ts";
export type { Model } from "./train/model.ts";
export type { ModelExamples } from "./train/model-examples.ts";
export type { ModelLayer } from "./train/model-layer.ts";
export type { CompileOptions, FitOptions, History, ModelOptions } from "./train/options.ts";
export { type SequentialOptions, sequential } from "./train/sequential.ts";
