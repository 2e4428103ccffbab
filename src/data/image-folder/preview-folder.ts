// Some pictures of a folder to look at, small, with the names of their classes: only these are read.

import { platform } from "#platform";
import { DataError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import { type Color, white } from "../../images/channels.ts";
import { extensionOf, nameOf } from "./found-file.ts";
import { type LabelledFile, layOut } from "./layout.ts";
import { walk } from "./walk.ts";

const { paths } = platform;

/** Which pictures of a folder, and how they come. */
export interface FolderSample {
  /** The numbers of those that are shown, of so many. */
  rowsOf(total: number): readonly number[];
  /** Whether exactly these are asked for: else a neighbour stands for a file that cannot be read. */
  readonly areGiven: boolean;
  /** Whether all get the size of a tile: else small ones stay as they are. */
  readonly isBatch: boolean;
  /** Height and width of what stands on the sheet. Default: 128 x 128. */
  readonly tile?: readonly [number, number];
  /** What surrounds a picture of other proportions. Default: white. */
  readonly background?: Color;
}

/**
 * Pictures below a folder or of a table of labels, class by class, with the names of their classes.
 *
 * @throws FormatError where there is no such folder, DataError where it has no picture.
 */
export async function picturesOfFolder(
  path: string,
  { rowsOf, areGiven, isBatch, tile = [128, 128], background = white }: FolderSample,
): Promise<{ readonly pictures: Tensor<Uint8Array>[]; readonly names: string[] }> {
  const { decodeImage } = await import("../../images/decode.ts");
  const { imageHeader } = await import("../../images/header.ts");
  const isTable = extensionOf(paths.basename(path)) === ".csv";
  const root = isTable ? paths.dirname(path) : path;
  const layout = await layOut(await walk(root), isTable ? { labels: paths.basename(path) } : {});
  const files = layout.files.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const decode = async ({ file }: LabelledFile): Promise<Tensor<Uint8Array>> => {
    const bytes = await file.read();
    const { height, width } = imageHeader(bytes, file.path);
    const { path: name } = file;
    const isSmall = height <= tile[0] && width <= tile[1];
    // Small ones are enlarged on the sheet, where pixels stay squares.
    if (isSmall && !isBatch) return decodeImage(bytes, { name });
    const fitted = { size: tile, resize: "contain", fillValue: background } as const;
    return decodeImage(bytes, { ...fitted, draft: true, name });
  };
  const pictures: Tensor<Uint8Array>[] = [];
  const names: string[] = [];
  const chosen = rowsOf(files.length);
  for (const [i, first] of chosen.entries()) {
    const end = areGiven ? first + 1 : (chosen[i + 1] ?? files.length);
    for (let at = first; at < end; at++) {
      const picture = await decode(files[at]).catch((error: unknown) => {
        if (areGiven) throw error;
      });
      if (picture === undefined) continue;
      pictures.push(picture);
      names.push(files[at].classNames.join(", ") || "none");
      break;
    }
  }
  if (pictures.length > 0) return { pictures, names };
  throw new DataError({
    what: `There is no picture to show in ${path}.`,
    expected: "a folder for each class with its pictures in it, or a table of labels",
    received: `${files.length} files that may be pictures`,
  });
}

const keyOf = ({ classNames, file }: LabelledFile) => `${classNames.join()}\n${nameOf(file)}`;
