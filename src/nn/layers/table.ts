// Every layer by its name, a line each. A module rather than an object: editors show each one's
// documentation, and bundlers leave out what is not used.

export { activation } from "./activation.ts";
export { activityRegularization } from "./activity-regularization.ts";
export { adaptiveAveragePooling2d, adaptiveMaxPooling2d } from "./adaptive-pooling2d.ts";
export { augMix } from "./aug-mix.ts";
export { batchNormalization } from "./batch-normalization.ts";
export { boxDecoding } from "./box-decoding.ts";
export { centerCrop } from "./center-crop.ts";
export { channelPooling } from "./channel-pooling.ts";
export { cLAHE } from "./clahe.ts";
export { concatenate } from "./concatenate.ts";
export { conv2dTranspose } from "./conv2d-transpose.ts";
export { conv1d, conv2d } from "./convolution.ts";
export { cropping1d, cropping2d } from "./cropping.ts";
export { dense } from "./dense.ts";
export { dot } from "./dot.ts";
export {
  alphaDropout,
  dropout,
  spatialDropout1d,
  spatialDropout2d,
  stochasticDepth,
} from "./dropout.ts";
export { elu } from "./elu.ts";
export { autoContrast, equalization } from "./equalization.ts";
export { flatten } from "./flatten.ts";
export { gaussianDropout, gaussianNoise } from "./gaussian-noise.ts";
export {
  globalAveragePooling1d,
  globalAveragePooling2d,
  globalMaxPooling1d,
  globalMaxPooling2d,
} from "./global-pooling.ts";
export { groupNormalization } from "./group-normalization.ts";
export { identity } from "./identity.ts";
export { layerNormalization } from "./layer-normalization.ts";
export { layerScale } from "./layer-scale.ts";
export { leakyRelu } from "./leaky-relu.ts";
export { add, average, maximum, minimum, multiply, scaledAdd, subtract } from "./merging.ts";
export { cutMix, mixUp } from "./mixing.ts";
export { normalization } from "./normalization.ts";
export { operation } from "./operation.ts";
export { permute } from "./permute.ts";
export { pipeline } from "./pipeline.ts";
export { averagePooling1d, averagePooling2d, maxPooling1d, maxPooling2d } from "./pooling.ts";
export { prelu } from "./prelu.ts";
export { randAugment } from "./rand-augment.ts";
export { randomBrightness, randomContrast } from "./random-brightness.ts";
export { randomColorJitter } from "./random-color-jitter.ts";
export { randomCrop } from "./random-crop.ts";
export { randomElasticTransform } from "./random-elastic-transform.ts";
export { randomErasing } from "./random-erasing.ts";
export { randomFlip } from "./random-flip.ts";
export { randomColorDegeneration, randomGrayscale } from "./random-grayscale.ts";
export { randomHue, randomSaturation } from "./random-hue.ts";
export { randomInvert, randomPosterization, solarization } from "./random-invert.ts";
export { randomPerspective } from "./random-perspective.ts";
export { randomRotation } from "./random-rotation.ts";
export { randomGaussianBlur, randomSharpness } from "./random-sharpness.ts";
export { randomShear } from "./random-shear.ts";
export { randomTranslation } from "./random-translation.ts";
export { randomZoom } from "./random-zoom.ts";
export { relu } from "./relu.ts";
export { repeatVector } from "./repeat-vector.ts";
export { rescaling } from "./rescaling.ts";
export { reshape } from "./reshape.ts";
export { resizing } from "./resizing.ts";
export { rmsNormalization } from "./rms-normalization.ts";
export { roiAlign } from "./roi-align.ts";
export { depthwiseConv2d, separableConv1d, separableConv2d } from "./separable-convolution.ts";
export { softmax } from "./softmax.ts";
export { spectralNormalization } from "./spectral-normalization.ts";
export { timeDistributed } from "./time-distributed.ts";
export { unitNormalization } from "./unit-normalization.ts";
export { upSampling1d, upSampling2d } from "./up-sampling.ts";
export { zeroPadding1d, zeroPadding2d } from "./zero-padding.ts";
