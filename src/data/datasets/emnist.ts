// EMNIST: handwritten letters and digits in the form of MNIST, here its sets "letters" and
// "balanced". All sets share one archive. Its images lie on their side: rows and columns are
// swapped back. Source: Cohen, Afshar, Tapson and van Schaik, "EMNIST: an extension of MNIST to
// handwritten letters", 2017, arXiv:1702.05373,
// https://www.nist.gov/itl/products-and-services/emnist-dataset

import type { NumericArray } from "../../core/dtype.ts";
import { DataError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { Examples } from "../examples.ts";
import { type ArchiveDataset, archiveDataset } from "./archive-dataset.ts";
import type { Dataset } from "./dataset.ts";
import { findByAnyName, readIdxFiles } from "./idx-folder.ts";
import { publishedDataset } from "./published-dataset.ts";

/** What tells its sets apart. */
interface EmnistSet {
  readonly set: "letters" | "balanced";
  readonly title: string;
  readonly images: readonly [train: number, test: number];
  readonly classNames: readonly string[];
  /** The label of the first class in the files. */
  readonly firstLabel: number;
}

const letters: EmnistSet = {
  set: "letters",
  title: "handwritten letters, large and small as one class",
  images: [124_800, 20_800],
  classNames: [..."abcdefghijklmnopqrstuvwxyz"],
  firstLabel: 1,
};

/** Small letters are classes of their own only where they do not look like large ones. */
const balanced: EmnistSet = {
  set: "balanced",
  title: "handwritten digits and letters, equally many of each",
  images: [112_800, 18_800],
  classNames: [..."0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabdefghnqrt"],
  firstLabel: 0,
};

const side = 28;

function emnist({ set, title, images, classNames, firstLabel }: EmnistSet): ArchiveDataset {
  const fileOf = (part: string) => ({ name: `emnist-${set}-${part}-ubyte.gz` });
  const files = {
    trainImages: fileOf("train-images-idx3"),
    trainLabels: fileOf("train-labels-idx1"),
    testImages: fileOf("test-images-idx3"),
    testLabels: fileOf("test-labels-idx1"),
  };
  return {
    name: `emnist-${set}`,
    about: {
      title,
      imageShape: [side, side, 1],
      images,
      classes: classNames.length,
      licence: "none stated",
      homepage: "https://www.nist.gov/itl/products-and-services/emnist-dataset",
    },
    // Size and MD5 of NIST's file, all six sets together.
    archive: {
      name: "gzip.zip",
      bytes: 561_753_746,
      md5: "58c8d27c78d21e728a6bc7b3cc06412e",
    },
    mirrors: [
      "https://biometrics.nist.gov/cs_links/EMNIST/",
      "https://www.itl.nist.gov/iaui/vip/cs_links/EMNIST/",
    ],
    cacheName: "emnist",
    unpackedBytes: 2 ** 30,
    innerFolder: "gzip",
    neededFile: files.testLabels.name,
    async decode(set) {
      const content = { files, imageSize: [side, side] as const };
      const sets = await readIdxFiles(set.place, content, (file) => findByAnyName(set, file));
      const upright = (examples: Examples): Examples => ({
        x: transposed(examples.x),
        y: labelsFrom(examples.y, firstLabel, classNames.length, set.place),
        classNames,
      });
      return { train: upright(sets.train), test: upright(sets.test) };
    },
  };
}

/** Every image `[H, W, 1]` with its rows and columns swapped; they are square. */
function transposed({ data, shape }: Examples["x"]): Tensor<Uint8Array> {
  const turned = new Uint8Array(data.length);
  const pixels = side * side;
  for (let image = 0; image < data.length; image += pixels) {
    for (let row = 0; row < side; row++) {
      for (let column = 0; column < side; column++) {
        turned[image + row * side + column] = data[image + column * side + row];
      }
    }
  }
  return { data: turned, shape };
}

/** Labels that count from 0. @throws DataError where one is that of no class. */
function labelsFrom(
  { data, shape }: Tensor<NumericArray>,
  first: number,
  classes: number,
  place: string,
): Tensor<Uint8Array> {
  const last = first + classes - 1;
  const wrong = data.findIndex((label: number) => label < first || label > last);
  if (wrong !== -1) {
    throw new DataError({
      what: `The files in ${place} have a label that is no class.`,
      expected: `${first} to ${last}`,
      received: `${data[wrong]} at index ${wrong}`,
      fix: "Download or copy the files again.",
    });
  }
  return { data: Uint8Array.from(data, (label) => label - first), shape };
}

export const emnistLettersRecord = emnist(letters);

/**
 * EMNIST's letters: images `[124800, 28, 28, 1]` for training and `[20800, 28, 28, 1]` for testing,
 * upright, u8 from 0 (background) to 255, and labels `[N]` from 0 (a) to 25 (z), where the files
 * count from 1. From Fovea's cache, else a download of 562 MB that has all sets of EMNIST; or from
 * a folder with `emnist-letters-train-images-idx3-ubyte.gz` and its kin.
 *
 * @throws FoveaError as `loadPublished` does.
 * @example const { train, test } = await emnistLetters.load({ source: { folder: "downloads/gzip" } });
 */
export const emnistLetters: Dataset = publishedDataset(archiveDataset(emnistLettersRecord));

/**
 * EMNIST's balanced set: images `[112800, 28, 28, 1]` for training and `[18800, 28, 28, 1]` for
 * testing, upright, and labels `[N]` from 0 to 46: digits, large letters, and eleven small ones
 * that look different.
 *
 * @throws FoveaError as `loadPublished` does.
 * @example const { train, test } = await emnistBalanced.load();
 */
export const emnistBalanced: Dataset = publishedDataset(archiveDataset(emnist(balanced)));
