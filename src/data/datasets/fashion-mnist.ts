// Fashion-MNIST: 70,000 grey pictures of clothes in 10 classes, in the form of MNIST. A record of
// where the files are and what they hold, and nothing else. Source: Xiao, Rasul and Vollgraf,
// "Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning Algorithms", 2017,
// arXiv:1708.07747, https://github.com/zalandoresearch/fashion-mnist

import { platform } from "#platform";
import type { Dataset } from "./dataset.ts";
import { type IdxDataset, idxDataset } from "./idx-dataset.ts";
import { publishedDataset } from "./published-dataset.ts";

/** Sizes and MD5s as the authors published them; the package and the sample are packed anew. */
export const fashionMnistRecord: IdxDataset = {
  name: "fashion-mnist",
  about: {
    title: "clothes",
    imageShape: [28, 28, 1],
    images: [60_000, 10_000],
    classes: 10,
    licence: "MIT",
    homepage: "https://github.com/zalandoresearch/fashion-mnist",
  },
  files: {
    trainImages: {
      name: "train-images-idx3-ubyte.gz",
      bytes: 26_421_880,
      md5: "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
    },
    trainLabels: {
      name: "train-labels-idx1-ubyte.gz",
      bytes: 29_515,
      md5: "25c81989df183df01b3e8a0aad5dffbe",
    },
    testImages: {
      name: "t10k-images-idx3-ubyte.gz",
      bytes: 4_422_102,
      md5: "bef4ecab320f06d8554ea6380940ec79",
    },
    testLabels: {
      name: "t10k-labels-idx1-ubyte.gz",
      bytes: 5_148,
      md5: "bb300cfdad3c16e7a12a480ee83cd310",
    },
  },
  mirrors: [
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
  ],
  system: { package: "dataset-fashion-mnist", folder: "/usr/share/datasets/fashion-mnist" },
  sampleFolder: platform.files.assetFolder("fashion-mnist-sample"),
  imageSize: [28, 28],
  classNames: [
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
  ],
};

/**
 * Fashion-MNIST: images `[60000, 28, 28, 1]` for training and `[10000, 28, 28, 1]` for testing, u8
 * from 0 (background) to 255, and labels `[N]` from 0 to 9. Without the full set, a stratified
 * sample of 12,000 and 2,000 of its images.
 *
 * @throws FoveaError as `loadPublished` does.
 * @example const { train, test } = await fashionMnist.load({ source: "sample" });
 */
export const fashionMnist: Dataset = publishedDataset(idxDataset(fashionMnistRecord));
