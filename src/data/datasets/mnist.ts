// MNIST: 70,000 grey pictures of handwritten digits. A record of where the files are and what they
// hold, and nothing else. No sample ships with Fovea: the files state no licence. Source: LeCun,
// Bottou, Bengio and Haffner, "Gradient-Based Learning Applied to Document Recognition",
// Proceedings of the IEEE 86(11), 1998, http://yann.lecun.com/exdb/mnist/

import type { Dataset } from "./dataset.ts";
import { type IdxDataset, idxDataset } from "./idx-dataset.ts";
import { publishedDataset } from "./published-dataset.ts";

/** Sizes and MD5s of the original files, as the mirrors below serve them. */
export const mnistRecord: IdxDataset = {
  name: "mnist",
  about: {
    title: "handwritten digits",
    imageShape: [28, 28, 1],
    images: [60_000, 10_000],
    classes: 10,
    licence: "none stated",
    homepage: "http://yann.lecun.com/exdb/mnist/",
  },
  files: {
    trainImages: {
      name: "train-images-idx3-ubyte.gz",
      bytes: 9_912_422,
      md5: "f68b3c2dcbeaaa9fbdd348bbdeb94873",
    },
    trainLabels: {
      name: "train-labels-idx1-ubyte.gz",
      bytes: 28_881,
      md5: "d53e105ee54ea40749a09fcbcd1e9432",
    },
    testImages: {
      name: "t10k-images-idx3-ubyte.gz",
      bytes: 1_648_877,
      md5: "9fb629c4189551a2d022fa330f9573f3",
    },
    testLabels: {
      name: "t10k-labels-idx1-ubyte.gz",
      bytes: 4_542,
      md5: "ec29112dd5afa0611ce80d1b7f02629c",
    },
  },
  // The original page has stopped serving the files; these two serve the same bytes.
  mirrors: [
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
  ],
  imageSize: [28, 28],
  classNames: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
};

/**
 * MNIST: images `[60000, 28, 28, 1]` for training and `[10000, 28, 28, 1]` for testing, u8 from
 * 0 (background) to 255, and labels `[N]` from 0 to 9.
 *
 * @throws FoveaError as `loadPublished` does.
 * @example const { train, test } = await mnist.load({ source: { folder: "downloads/mnist" } });
 */
export const mnist: Dataset = publishedDataset(idxDataset(mnistRecord));
