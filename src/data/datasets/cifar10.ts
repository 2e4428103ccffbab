// CIFAR-10: 60,000 colour pictures of animals and vehicles in 10 classes. No sample ships with
// Fovea: the pictures state no licence. Source: Krizhevsky, "Learning Multiple Layers of Features
// from Tiny Images", 2009, https://www.cs.toronto.edu/~kriz/cifar.html

import { archiveDataset } from "./archive-dataset.ts";
import { cifarDataset } from "./cifar.ts";
import type { Dataset } from "./dataset.ts";
import { publishedDataset } from "./published-dataset.ts";

const classNames = [
  "airplane",
  "automobile",
  "bird",
  "cat",
  "deer",
  "dog",
  "frog",
  "horse",
  "ship",
  "truck",
];

/** Size and MD5 as the author published them. */
export const cifar10Record = cifarDataset({
  name: "cifar-10",
  title: "animals and vehicles",
  archive: {
    name: "cifar-10-binary.tar.gz",
    bytes: 170_052_171,
    md5: "c32a1d4ab5d03f1284b67883e8d87530",
  },
  innerFolder: "cifar-10-batches-bin",
  trainFiles: [1, 2, 3, 4, 5].map((number) => `data_batch_${number}.bin`),
  testFile: "test_batch.bin",
  labels: { bytes: 1, at: 0 },
  classNames,
});

/**
 * CIFAR-10: images `[50000, 32, 32, 3]` for training and `[10000, 32, 32, 3]` for testing, u8, and
 * labels `[N]` from 0 to 9. From Fovea's cache, else a download of 170 MB; or from a folder with
 * `data_batch_1.bin` to `data_batch_5.bin` (as many as there are) and `test_batch.bin`.
 *
 * @throws FoveaError as `loadPublished` does.
 * @example const { train, test } = await cifar10.load({ source: { folder: "cifar-10-batches-bin" } });
 */
export const cifar10: Dataset = publishedDataset(archiveDataset(cifar10Record));
