// SVHN, cropped: 99,289 colour pictures of house numbers, each cut to one digit, in two MATLAB
// files. Source: Netzer, Wang, Coates, Bissacco, Wu and Ng, "Reading Digits in Natural Images with
// Unsupervised Feature Learning", 2011, http://ufldl.stanford.edu/housenumbers/

import { FormatError } from "../../core/errors.ts";
import { formatShape, sizeOf } from "../../core/shape.ts";
import { decodeMatlab, type MatlabArray } from "../../formats/matlab.ts";
import { checkExamples, type Examples } from "../examples.ts";
import { findPublished, folderFiles, type NamedBytes } from "../file-set.ts";
import type { PublishedFile } from "../published-file.ts";
import type { Dataset } from "./dataset.ts";
import { type PublishedDataset, publishedDataset } from "./published-dataset.ts";

const side = 32;
const channels = 3;
const classNames = [..."0123456789"];
/** No file of this kind comes near; one beyond it is not read into memory. */
const maxFileBytes = 2 ** 30;

/** Sizes and MD5s of the authors' files. */
const files = {
  train: {
    name: "train_32x32.mat",
    bytes: 182_040_794,
    md5: "e26dedcc434d2e4c54c9b2d4a06d8373",
  },
  test: {
    name: "test_32x32.mat",
    bytes: 64_275_384,
    md5: "eb5a983be6a315427106f1b164d9cef3",
  },
} as const satisfies Record<string, PublishedFile>;

export const svhnRecord: PublishedDataset = {
  name: "svhn",
  about: {
    title: "digits of house numbers",
    imageShape: [side, side, channels],
    images: [73_257, 26_032],
    classes: classNames.length,
    licence: "non-commercial use only",
    homepage: "http://ufldl.stanford.edu/housenumbers/",
  },
  files: Object.values(files),
  mirrors: ["http://ufldl.stanford.edu/housenumbers/"],
  async isIn(folder) {
    const set = folderFiles(folder);
    return (await set.has(files.train.name)) && (await set.has(files.test.name));
  },
  async read(folder, accept) {
    const set = folderFiles(folder);
    const read = async (file: PublishedFile, part: string) => {
      const found =
        accept === "published"
          ? await findPublished(set, file)
          : await set.find(file.name, maxFileBytes);
      if (found === undefined) throw missing(folder, file);
      const examples = examplesIn(found);
      checkExamples(examples, `The ${part} set in ${folder}`);
      return examples;
    };
    return { train: await read(files.train, "training"), test: await read(files.test, "test") };
  },
};

/** The file calls the digit 0 the class 10. */
function examplesIn({ name, bytes }: NamedBytes): Examples {
  const { X, y } = decodeMatlab(bytes, name, ["X", "y"]);
  const x = imagesIn(X, name);
  const [count] = x.shape;
  const labels = Uint8Array.from(y.data, (label) => (label === 10 ? 0 : label));
  const isLabels = sizeOf(y.shape) === count && y.data.every((label) => label >= 0 && label <= 10);
  if (!isLabels) throw unexpected(name, `y: ${count} labels from 1 to 10`, y);
  return { x, y: { data: labels, shape: [count] }, classNames };
}

/** `X` is `[row, column, channel, image]`, the row moving fastest. */
function imagesIn(array: MatlabArray, name: string): Examples["x"] {
  const { data, shape } = array;
  const [count] = shape;
  const isImages = formatShape(shape) === formatShape([count, channels, side, side]);
  if (!isImages || !(data instanceof Uint8Array)) {
    throw unexpected(name, "X: images of 32 x 32 x 3 bytes", array);
  }
  const pixels = side * side;
  const images = new Uint8Array(data.length);
  for (let image = 0; image < data.length; image += pixels * channels) {
    for (let channel = 0; channel < channels; channel++) {
      for (let column = 0; column < side; column++) {
        const from = image + channel * pixels + column * side;
        for (let row = 0; row < side; row++) {
          images[image + (row * side + column) * channels + channel] = data[from + row];
        }
      }
    }
  }
  return { data: images, shape: [count, side, side, channels] };
}

function unexpected(name: string, expected: string, { data, shape }: MatlabArray): FormatError {
  return new FormatError({
    what: `${name} does not hold what its name says.`,
    expected,
    received: `${formatShape([...shape].reverse())} in a ${data.constructor.name}`,
    fix: "Use the cropped digits (format 2), train_32x32.mat and test_32x32.mat.",
  });
}

function missing(folder: string, file: PublishedFile): FormatError {
  return new FormatError({
    what: `${file.name} is missing in ${folder}.`,
    expected: Object.values(files)
      .map(({ name }) => name)
      .join(" and "),
    fix: `Put the files from ${svhnRecord.mirrors[0]} into this folder, or choose another source.`,
  });
}

/**
 * SVHN's cropped digits: images `[73257, 32, 32, 3]` for training and `[26032, 32, 32, 3]` for
 * testing, u8, and labels `[N]` from 0 to 9, where the files count from 1 and call 0 the class 10.
 * From Fovea's cache, else a download of 246 MB; or from a folder with `train_32x32.mat` and
 * `test_32x32.mat`.
 *
 * @throws FoveaError as `loadPublished` does.
 * @example const { train, test } = await svhn.load({ source: { folder: "downloads/svhn" } });
 */
export const svhn: Dataset = publishedDataset(svhnRecord);
