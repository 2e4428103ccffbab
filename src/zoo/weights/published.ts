// Where weights trained on ImageNet are published, by architecture: addresses, and the checksums
// that their publishers state. Nothing here is fetched. Sources: keras/src/applications,
// torchvision/models, timm.

import type { Preprocess } from "../../nn/preprocess.ts";
import { symmetric } from "../preprocessing.ts";
import type { WeightSource } from "./weight-source.ts";

const kerasFolder = "https://storage.googleapis.com/tensorflow/keras-applications/";

/**
 * Most files of Keras: how their names begin, their licence, the MD5s with and without the
 * classifier.
 */
const keras: Readonly<
  Record<string, readonly [stem: string, licence: string, md5: string, md5WithoutTop: string]>
> = {
  "vgg-16": [
    "vgg16/vgg16",
    "CC-BY-4.0",
    "64373286793e3c8b2b4e3219cbf3544b",
    "6d6bbae143d832006294945121d1f1fc",
  ],
  "vgg-19": [
    "vgg19/vgg19",
    "CC-BY-4.0",
    "cbe5617147190e668d6c5d5026f83318",
    "253f8cb515780f3b799900260a226db6",
  ],
  "resnet-50": [
    "resnet/resnet50",
    "MIT",
    "2cb95161c43110f7111970584f804107",
    "4d473c1dd8becc155b73f8504c6f6626",
  ],
  "resnet-50-v2": [
    "resnet/resnet50v2",
    "MIT",
    "3ef43a0b657b3be2300d5770ece849e0",
    "fac2f116257151a9d068a22e544a4917",
  ],
  "resnet-101": [
    "resnet/resnet101",
    "MIT",
    "f1aeb4b969a6efcfb50fad2f0c20cfc5",
    "88cf7a10940856eca736dc7b7e228a21",
  ],
  "resnet-101-v2": [
    "resnet/resnet101v2",
    "MIT",
    "6343647c601c52e1368623803854d971",
    "c0ed64b8031c3730f411d2eb4eea35b5",
  ],
  "resnet-152": [
    "resnet/resnet152",
    "MIT",
    "100835be76be38e30d865e96f2aaae62",
    "ee4c566cf9a93f14d82f913c2dc6dd0c",
  ],
  "resnet-152-v2": [
    "resnet/resnet152v2",
    "MIT",
    "a49b44d1979771252814e80f8ec446f9",
    "ed17cf2e0169df9d443503ef94b23b33",
  ],
  "densenet-121": [
    "densenet/densenet121",
    "BSD-3-Clause",
    "9d60b8095a5708f2dcce2bca79d332c7",
    "30ee3e1110167f948a6b9946edeeb738",
  ],
  "densenet-169": [
    "densenet/densenet169",
    "BSD-3-Clause",
    "d699b8f76981ab1b30698df4c175e90b",
    "b8c4d4c20dd625c148057b9ff1c1176b",
  ],
  "densenet-201": [
    "densenet/densenet201",
    "BSD-3-Clause",
    "1ceb130c1ea1b78c3bf6114dbdfd8807",
    "c13680b51ded0fb44dff2d8f86ac8bb1",
  ],
  "inception-v3": [
    "inception_v3/inception_v3",
    "Apache-2.0",
    "9a0d58056eeedaa3f26cb7ebd46da564",
    "bcbd6486424b2319ff4ef7d526e38f63",
  ],
  "inception-resnet-v2": [
    "inception_resnet_v2/inception_resnet_v2",
    "Apache-2.0",
    "e693bd0210a403b3192acc6073ad2e96",
    "d19885ff4a710c122648d3b5c3b684e4",
  ],
  xception: [
    "xception/xception",
    "MIT",
    "0a58e3b7378bc2990ea3b43d5981f1f6",
    "b0042744bf5b25fce3cb969f33bebb97",
  ],
};

/**
 * Others by name, with and without the classifier, and their MD5s or, where those are longer,
 * SHA-256. MobileNet V1 and V2 state none.
 */
const otherKeras: Readonly<
  Record<
    string,
    readonly [
      file: string,
      fileWithoutTop: string,
      checksum: string | undefined,
      checksumWithoutTop: string | undefined,
    ]
  >
> = {
  "mobilenet-v1": [
    "mobilenet/mobilenet_1_0_224_tf.h5",
    "mobilenet/mobilenet_1_0_224_tf_no_top.h5",
    undefined,
    undefined,
  ],
  "mobilenet-v2": [
    "mobilenet_v2/mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224.h5",
    "mobilenet_v2/mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5",
    undefined,
    undefined,
  ],
  "mobilenet-v3-small": [
    "mobilenet_v3/weights_mobilenet_v3_small_224_1.0_float.h5",
    "mobilenet_v3/weights_mobilenet_v3_small_224_1.0_float_no_top_v2.h5",
    "8768d4c2e7dee89b9d02b2d03d65d862",
    "d3e8ec802a04aa4fc771ee12a9a9b836",
  ],
  "mobilenet-v3-large": [
    "mobilenet_v3/weights_mobilenet_v3_large_224_1.0_float.h5",
    "mobilenet_v3/weights_mobilenet_v3_large_224_1.0_float_no_top_v2.h5",
    "59e551e166be033d707958cf9e29a6a7",
    "07fb09a5933dd0c8eaafa16978110389",
  ],
  "efficientnet-b0": [
    "../../keras-applications/efficientnetb0.h5",
    "../../keras-applications/efficientnetb0_notop.h5",
    "902e53a9f72be733fc0bcb005b3ebbac",
    "50bc09e76180e00e4465e1a485ddc09d",
  ],
  "efficientnet-b1": [
    "../../keras-applications/efficientnetb1.h5",
    "../../keras-applications/efficientnetb1_notop.h5",
    "1d254153d4ab51201f1646940f018540",
    "74c4e6b3e1f6a1eea24c589628592432",
  ],
  "efficientnet-b2": [
    "../../keras-applications/efficientnetb2.h5",
    "../../keras-applications/efficientnetb2_notop.h5",
    "b15cce36ff4dcbd00b6dd88e7857a6ad",
    "111f8e2ac8aa800a7a99e3239f7bfb39",
  ],
  "efficientnet-b3": [
    "../../keras-applications/efficientnetb3.h5",
    "../../keras-applications/efficientnetb3_notop.h5",
    "ffd1fdc53d0ce67064dc6a9c7960ede0",
    "af6d107764bb5b1abb91932881670226",
  ],
  "efficientnet-b4": [
    "../../keras-applications/efficientnetb4.h5",
    "../../keras-applications/efficientnetb4_notop.h5",
    "18c95ad55216b8f92d7e70b3a046e2fc",
    "ebc24e6d6c33eaebbd558eafbeedf1ba",
  ],
  "efficientnet-b5": [
    "../../keras-applications/efficientnetb5.h5",
    "../../keras-applications/efficientnetb5_notop.h5",
    "ace28f2a6363774853a83a0b21b9421a",
    "38879255a25d3c92d5e44e04ae6cec6f",
  ],
  "efficientnet-b6": [
    "../../keras-applications/efficientnetb6.h5",
    "../../keras-applications/efficientnetb6_notop.h5",
    "165f6e37dce68623721b423839de8be5",
    "9ecce42647a20130c1f39a5d4cb75743",
  ],
  "efficientnet-b7": [
    "../../keras-applications/efficientnetb7.h5",
    "../../keras-applications/efficientnetb7_notop.h5",
    "8c03f828fec3ef71311cd463b6759d99",
    "cbcfe4450ddf6f3ad90b1b398090fe4a",
  ],
  "efficientnet-v2-b0": [
    "efficientnet_v2/efficientnetv2-b0.h5",
    "efficientnet_v2/efficientnetv2-b0_notop.h5",
    "21ecbf6da12460d5c40bb2f29ceb2188",
    "893217f2bb855e2983157299931e43ff",
  ],
  "efficientnet-v2-s": [
    "efficientnet_v2/efficientnetv2-s.h5",
    "efficientnet_v2/efficientnetv2-s_notop.h5",
    "e1d88a8495beba45748fedd0cecbe016",
    "af0682fb74e8c54910f2d4393339c070",
  ],
  "nasnet-mobile": [
    "nasnet/NASNet-mobile.h5",
    "nasnet/NASNet-mobile-no-top.h5",
    "020fb642bf7360b370c678b08e0adf61",
    "1ed92395b5b598bdda52abe5c0dbfd63",
  ],
  "convnext-tiny": [
    "convnext/convnext_tiny.h5",
    "convnext/convnext_tiny_notop.h5",
    "8ae6e78ce2933352b1ef4008e6dd2f17bc40771563877d156bc6426c7cf503ff",
    "d547c096cabd03329d7be5562c5e14798aa39ed24b474157cef5e85ab9e49ef1",
  ],
};

/**
 * torchvision's first weights; the names of its files end with the first digits of their SHA-256.
 */
const torchvision: Readonly<Record<string, string>> = {
  alexnet: "alexnet-owt-7be5be79",
  "vgg-11": "vgg11-8a719046",
  "vgg-13": "vgg13-19584684",
  "vgg-11-bn": "vgg11_bn-6002323d",
  "vgg-13-bn": "vgg13_bn-abd245e5",
  "vgg-16-bn": "vgg16_bn-6c64b313",
  "vgg-19-bn": "vgg19_bn-c79401a0",
  "resnet-18": "resnet18-f37072fd",
  "resnet-34": "resnet34-b627a593",
  "resnet-50-torchvision": "resnet50-0676ba61",
  "resnet-101-torchvision": "resnet101-63fe2227",
  "resnet-152-torchvision": "resnet152-394f9c45",
  "resnext-50": "resnext50_32x4d-7cdf4587",
  "wide-resnet-50-2": "wide_resnet50_2-95faca4d",
  googlenet: "googlenet-1378be20",
  "squeezenet-1.0": "squeezenet1_0-b66bff10",
  "squeezenet-1.1": "squeezenet1_1-b8a52dc0",
  "shufflenet-v2": "shufflenetv2_x1-5666bf0f80",
  mnasnet: "mnasnet1.0_top1_73.512-f206786ef8",
};

/** timm states no checksums beside its files. */
const timm: Readonly<Record<string, string>> = {
  "efficientnet-lite0": "tf_efficientnet_lite0.in1k",
  "efficientnet-lite1": "tf_efficientnet_lite1.in1k",
  "efficientnet-lite2": "tf_efficientnet_lite2.in1k",
  "efficientnet-lite3": "tf_efficientnet_lite3.in1k",
  "efficientnet-lite4": "tf_efficientnet_lite4.in1k",
};

const name = "imagenet";

function fromKeras([stem, licence, md5, md5WithoutTop]: (typeof keras)[string]): WeightSource {
  const begin = `${kerasFolder}${stem}_weights_tf_dim_ordering_tf_kernels`;
  const withoutTop = { url: `${begin}_notop.h5`, md5: md5WithoutTop };
  return { name, publisher: "Keras", licence, url: `${begin}.h5`, md5, withoutTop };
}

function fromOtherKeras(files: (typeof otherKeras)[string]): WeightSource {
  const [file, fileWithoutTop, checksum, checksumWithoutTop] = files;
  const at = (path: string, sum: string | undefined) => ({
    url: new URL(path, kerasFolder).href,
    ...(sum === undefined ? {} : sum.length === 64 ? { sha256: sum } : { md5: sum }),
  });
  const withoutTop = at(fileWithoutTop, checksumWithoutTop);
  return { name, publisher: "Keras", licence: "Apache-2.0", ...at(file, checksum), withoutTop };
}

/** torchvision's GoogLeNet keeps the numbers from -1 to 1 that it was trained on elsewhere. */
const preprocesses: Readonly<Record<string, Preprocess>> = { googlenet: symmetric };

const means = [0.485, 0.456, 0.406];
const deviations = [0.229, 0.224, 0.225];

/**
 * With its own weights, Keras's EfficientNet divides once more by the square root of each channel's
 * deviation, behind the layer that takes the mean away. The same is said here of bytes, before that
 * layer: it adds the mean again.
 */
const dividedTwice: Preprocess = {
  mean: means.map((mean, i) => 255 * mean * (1 - Math.sqrt(deviations[i]))),
  deviation: deviations.map(Math.sqrt),
};

function fromTorchvision(file: string): WeightSource {
  const sha256 = file.slice(file.lastIndexOf("-") + 1);
  const url = `https://download.pytorch.org/models/${file}.pth`;
  return { name, publisher: "torchvision", licence: "BSD-3-Clause", url, sha256 };
}

function fromTimm(repository: string): WeightSource {
  const url = `https://huggingface.co/timm/${repository}/resolve/main/model.safetensors`;
  return { name, publisher: "timm", licence: "Apache-2.0", url };
}

function preprocessOf(architecture: string): Pick<WeightSource, "preprocess"> {
  if (/^efficientnet-b\d$/.test(architecture)) return { preprocess: dividedTwice };
  return Object.hasOwn(preprocesses, architecture)
    ? { preprocess: preprocesses[architecture] }
    : {};
}

/** The published weights of an architecture; none where none are known. */
export function publishedWeights(architecture: string): readonly WeightSource[] {
  const found = <T>(table: Readonly<Record<string, T>>) =>
    Object.hasOwn(table, architecture) ? [table[architecture]] : [];
  const sources = [
    ...found(keras).map(fromKeras),
    ...found(otherKeras).map(fromOtherKeras),
    ...found(torchvision).map(fromTorchvision),
    ...found(timm).map(fromTimm),
  ];
  return sources.map((source) => ({ ...source, ...preprocessOf(architecture) }));
}
