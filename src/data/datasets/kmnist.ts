// Kuzushiji-MNIST: 70,000 grey pictures of cursive Japanese characters in 10 classes, in the form
// of MNIST. A record of where the files are and what they hold, and nothing else. Source: Clanuwat,
// Bober-Irizar, Kitamoto, Lamb, Yamamoto and Ha, "Deep Learning for Classical Japanese Literature",
// 2018, arXiv:1812.01718, http://codh.rois.ac.jp/kmnist/

import type { Dataset } from "./dataset.ts";
import { type IdxDataset, idxDataset } from "./idx-dataset.ts";
import { publishedDataset } from "./published-dataset.ts";

/** Sizes and MD5s of the authors' files. */
export const kmnistRecord: IdxDataset = {
  name: "kmnist",
  about: {
    title: "cursive Japanese characters",
    imageShape: [28, 28, 1],
    images: [60_000, 10_000],
    classes: 10,
    licence: "CC BY-SA 4.0",
    homepage: "http://codh.rois.ac.jp/kmnist/",
  },
  files: {
    trainImages: {
      name: "train-images-idx3-ubyte.gz",
      bytes: 18_165_135,
      md5: "bdb82020997e1d708af4cf47b453dcf7",
    },
    trainLabels: {
      name: "train-labels-idx1-ubyte.gz",
      bytes: 29_497,
      md5: "e144d726b3acfaa3e44228e80efcd344",
    },
    testImages: {
      name: "t10k-images-idx3-ubyte.gz",
      bytes: 3_041_136,
      md5: "5c965bf0a639b31b8f53240b1b52f4d7",
    },
    testLabels: {
      name: "t10k-labels-idx1-ubyte.gz",
      bytes: 5_120,
      md5: "7320c461ea6c1c855c0b718fb2a4b134",
    },
  },
  mirrors: ["http://codh.rois.ac.jp/kmnist/dataset/kmnist/"],
  imageSize: [28, 28],
  classNames: ["o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"],
};

/**
 * Kuzushiji-MNIST: images `[60000, 28, 28, 1]` for training and `[10000, 28, 28, 1]` for testing,
 * u8 from 0 (background) to 255, and labels `[N]` from 0 to 9.
 *
 * @throws FoveaError as `loadPublished` does.
 * @example const { train, test } = await kmnist.load({ source: { folder: "downloads/kmnist" } });
 */
export const kmnist: Dataset = publishedDataset(idxDataset(kmnistRecord));
