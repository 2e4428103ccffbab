// The front door of "fovea": what people import, and nothing else.

export {
  assessClassifier,
  classesOf,
  classificationReport,
  confusionMatrix,
  normalizeConfusion,
} from "./assess/index.ts";
export * as augment from "./augment/index.ts";
export {
  type ComparedBase,
  type ComparedModel,
  type CompareModelsOptions,
  compareModels,
} from "./compare/compare-models.ts";
export type { ModelCost } from "./compare/model-cost.ts";
export * from "./core/errors.ts";
export { type Tensor, tensor } from "./core/tensor.ts";
export * as datasets from "./data/datasets/index.ts";
export { type Examples, sliceExamples } from "./data/examples.ts";
export * as data from "./data/index.ts";
export type { Source, SourceRows } from "./data/source.ts";
export * as explain from "./explain/index.ts";
export type { ChannelCount, Color } from "./images/channels.ts";
export { type DecodeImageOptions, decodeImage, readImage } from "./images/decode.ts";
export { type EncodeImageOptions, encodeImage } from "./images/encode.ts";
export { type ImageFormat, type ImageHeader, imageHeader } from "./images/header.ts";
export { ImageError, type ImageErrorReason } from "./images/image-error.ts";
export * as images from "./images/index.ts";
export type * from "./images/options.ts";
export type { WeightNames } from "./interchange/file-format.ts";
export type { StoredTask } from "./interchange/stored-task.ts";
export type { TorchNames } from "./interchange/torch/names.ts";
export { type DeviceOptions, describeDevice, openDevice } from "./machine/index.ts";
export { blocks } from "./nn/blocks/index.ts";
export { constraints } from "./nn/constraints/index.ts";
export { type CustomLayers, defineLayer, type LayerDefinition } from "./nn/custom-layer.ts";
export type * from "./nn/definition-types.ts";
export { initializers } from "./nn/initializers/index.ts";
export { type InputOptions, input } from "./nn/input.ts";
export type { CallContext, Layer, LayerPlan, WeightSpec } from "./nn/layer.ts";
export type { LayerInstance } from "./nn/layer-instance.ts";
export { layers } from "./nn/layers/index.ts";
export type * from "./nn/layers/options.ts";
export { losses } from "./nn/losses/index.ts";
export { metrics } from "./nn/metrics/index.ts";
export type { ReplaceLayer } from "./nn/network-at.ts";
export { operations } from "./nn/operation-calls.ts";
export { optimizers } from "./nn/optimizers/index.ts";
export type { Preprocess } from "./nn/preprocess.ts";
export { regularizers } from "./nn/regularizers/index.ts";
export { schedules } from "./nn/schedules/index.ts";
export type { SymbolicTensor } from "./nn/symbolic.ts";
export type { ByteSource, FileBytes } from "./platform/byte-source.ts";
// Pictures are behind "fovea/report": what draws them is not small.
export { type PlotModelOptions, plotModel } from "./report/plot-model.ts";
export type { Callback, TrainControl } from "./train/callback.ts";
export type { BackupAndRestoreOptions } from "./train/callbacks/backup-and-restore.ts";
export type { CsvLoggerOptions } from "./train/callbacks/csv-logger.ts";
export type { EarlyStoppingOptions } from "./train/callbacks/early-stopping.ts";
export { callbacks } from "./train/callbacks/index.ts";
export type { ModelCheckpointOptions } from "./train/callbacks/model-checkpoint.ts";
export type { MonitorOptions } from "./train/callbacks/monitor.ts";
export type { ReduceLROnPlateauOptions } from "./train/callbacks/reduce-lr-on-plateau.ts";
export type { TensorBoardOptions } from "./train/callbacks/tensor-board.ts";
export type { CompiledProgram } from "./train/compiled-program.ts";
export type * from "./train/events.ts";
export { type FunctionalOptions, model } from "./train/functional.ts";
export { decodeModel, type LoadedModel, type LoadOptions, loadModel } from "./train/load.ts";
export { type LrFindOptions, type LrFindResult, lrFind } from "./train/lr-find.ts";
export type { Model } from "./train/model.ts";
export type { ModelExamples } from "./train/model-examples.ts";
export type { ModelLayer } from "./train/model-layer.ts";
export type { CompileOptions, ModelOptions } from "./train/model-options.ts";
export type { ModelSource } from "./train/model-source.ts";
export type { FitOptions, History, PassOptions } from "./train/options.ts";
export type { Pictures } from "./train/pictures.ts";
export type {
  AppliedModel,
  ApplyOptions,
  ModelParts,
  ModelProgram,
} from "./train/programs/model-program.ts";
export {
  type EncodeModelOptions,
  type EncodeWeightsOptions,
  encodeModel,
  encodeWeights,
  type SaveOptions,
  saveModel,
} from "./train/save.ts";
export { type SequentialOptions, sequential } from "./train/sequential.ts";
export type { RateSuggestions } from "./train/suggest-rates.ts";
export type {
  LoadedWeights,
  LoadWeightsOptions,
  SaveWeightsOptions,
} from "./train/weights-file.ts";
export {
  type FineTuneOptions,
  fineTune,
  freeze,
  type HeadOptions,
  type Phase,
  type PhaseEpochs,
  type PhaseRecord,
  type RecipeName,
  type TransferOptions,
  transfer,
  type UnfreezeOptions,
  unfreeze,
} from "./transfer/index.ts";
export * as vision from "./vision/index.ts";
export {
  type DecodedPrediction,
  type DecodePredictionsOptions,
  decodePredictions,
  imagenetClassNames,
} from "./zoo/decode-predictions.ts";
export {
  type Architecture,
  type ArchitectureName,
  type ArchitectureOptions,
  type BuildOptions,
  type FetchWeightsOptions,
  type LoadOptions as ZooOptions,
  type PretrainedOptions,
  type PublishedFigures,
  type WeightFile,
  type WeightSource,
  type WeightsProgress,
  zoo,
} from "./zoo/index.ts";
