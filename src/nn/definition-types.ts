// The types that people name when they write about definitions: options, and what comes of them.

export type { CbamOptions } from "./blocks/cbam.ts";
export type { InceptionModuleOptions } from "./blocks/inception-module.ts";
export type { SqueezeExciteOptions } from "./blocks/squeeze-excite.ts";
export type { Constraint } from "./constraints/constraint.ts";
export type { ConstraintName, ConstraintSetting } from "./constraints/index.ts";
export type { MaxNormOptions } from "./constraints/max-norm.ts";
export type { MinMaxNormOptions } from "./constraints/min-max-norm.ts";
export type { UnitNormOptions } from "./constraints/unit-norm.ts";
export type { ConstantOptions } from "./initializers/constant.ts";
export type { IdentityOptions } from "./initializers/identity.ts";
export type { InitializerName, InitializerSetting } from "./initializers/index.ts";
export type { Initializer } from "./initializers/initializer.ts";
export type { OrthogonalOptions } from "./initializers/orthogonal.ts";
export type { RandomNormalOptions } from "./initializers/random-normal.ts";
export type { RandomUniformOptions } from "./initializers/random-uniform.ts";
export type { TruncatedNormalOptions } from "./initializers/truncated-normal.ts";
export type { VarianceScalingOptions } from "./initializers/variance-scaling.ts";
export type { BinaryCrossentropyOptions } from "./losses/binary-crossentropy.ts";
export type { BinaryFocalCrossentropyOptions } from "./losses/binary-focal-crossentropy.ts";
export type { CategoricalFocalCrossentropyOptions } from "./losses/categorical-focal-crossentropy.ts";
export type { CategoricalGeneralizedCrossEntropyOptions } from "./losses/categorical-generalized-cross-entropy.ts";
export type { CosineSimilarityOptions } from "./losses/cosine-similarity.ts";
export type {
  CrossEntropyOptions,
  LogitsOptions,
  SmoothedOptions,
  SmoothingOptions,
} from "./losses/cross-entropy.ts";
export type { CustomLossOptions } from "./losses/custom.ts";
export type { DetectionLossOptions } from "./losses/detection.ts";
export type { HuberOptions } from "./losses/huber.ts";
export type { IgnoringOptions } from "./losses/ignored.ts";
export type { LossName, ShortLossName } from "./losses/index.ts";
export type { Loss, LossFunction, LossOptions, Reduction } from "./losses/loss.ts";
export type { LovaszOptions, LovaszSoftmaxOptions } from "./losses/lovasz.ts";
export type { OverlapOptions } from "./losses/overlap.ts";
export type { ScoredBatch } from "./losses/reduce-loss.ts";
export type {
  SparseCategoricalCrossentropyOptions,
  SparseEntropyOptions,
} from "./losses/sparse-categorical-crossentropy.ts";
export type { TverskyOptions } from "./losses/tversky.ts";
export type { WeightedSumOptions } from "./losses/weighted-sum.ts";
export type { AucOptions } from "./metrics/auc.ts";
export type { BinaryAccuracyOptions } from "./metrics/binary-accuracy.ts";
export type { ClassOptions, ThresholdOptions } from "./metrics/confusion.ts";
export type { CosineSimilarityMetricOptions } from "./metrics/cosine-similarity.ts";
export type {
  CurveOptions,
  PrecisionAtRecallOptions,
  RecallAtPrecisionOptions,
  SensitivityAtSpecificityOptions,
  SpecificityAtSensitivityOptions,
} from "./metrics/curve-metric.ts";
export type { CustomMetricOptions } from "./metrics/custom.ts";
export type { F1ScoreOptions, FBetaScoreOptions } from "./metrics/f-beta-score.ts";
export type { MetricName, ShortMetricName } from "./metrics/index.ts";
export type {
  BinaryIouOptions,
  IouOptions,
  OneHotIouOptions,
  OneHotMeanIouOptions,
} from "./metrics/iou.ts";
export type {
  BinaryCrossentropyMetricOptions,
  CategoricalCrossentropyMetricOptions,
  SparseCategoricalCrossentropyMetricOptions,
} from "./metrics/loss-metrics.ts";
export type { Better, Metric, MetricOptions, Sums } from "./metrics/metric.ts";
export type { ClassOverlapOptions, OverlapMetricOptions } from "./metrics/overlap-metric.ts";
export type { R2ScoreOptions } from "./metrics/r2-score.ts";
export type { TopKOptions } from "./metrics/top-k-categorical-accuracy.ts";
export type { AdadeltaOptions } from "./optimizers/adadelta.ts";
export type { AdagradOptions } from "./optimizers/adagrad.ts";
export type { AdamOptions } from "./optimizers/adam.ts";
export type { AdamWOptions } from "./optimizers/adam-w.ts";
export type { AdamaxOptions } from "./optimizers/adamax.ts";
export type { OptimizerName } from "./optimizers/index.ts";
export type { LambOptions } from "./optimizers/lamb.ts";
export type { LearningRate } from "./optimizers/learning-rate.ts";
export type { LionOptions } from "./optimizers/lion.ts";
export type { NadamOptions } from "./optimizers/nadam.ts";
export type { Optimizer } from "./optimizers/optimizer.ts";
export type { MomentOptions, OptimizerOptions } from "./optimizers/optimizer-options.ts";
export type { RmspropOptions } from "./optimizers/rmsprop.ts";
export type { SgdOptions } from "./optimizers/sgd.ts";
export type { RegularizerName, RegularizerSetting } from "./regularizers/index.ts";
export type { L1Options } from "./regularizers/l1.ts";
export type { L1L2Options } from "./regularizers/l1-l2.ts";
export type { L2Options } from "./regularizers/l2.ts";
export type { OrthogonalRegularizerOptions } from "./regularizers/orthogonal.ts";
export type { Regularizer } from "./regularizers/regularizer.ts";
export type { CosineDecayOptions } from "./schedules/cosine-decay.ts";
export type { CosineDecayRestartsOptions } from "./schedules/cosine-decay-restarts.ts";
export type { ExponentialDecayOptions } from "./schedules/exponential-decay.ts";
export type { ScheduleName } from "./schedules/index.ts";
export type { InverseTimeDecayOptions } from "./schedules/inverse-time-decay.ts";
export type { OneCycleOptions } from "./schedules/one-cycle.ts";
export type { PiecewiseConstantDecayOptions } from "./schedules/piecewise-constant-decay.ts";
export type { PolynomialDecayOptions } from "./schedules/polynomial-decay.ts";
export type { Schedule } from "./schedules/schedule.ts";
export type { WarmUpOptions } from "./schedules/warm-up.ts";
