// How large the pictures of a folder are, before any is used: reads the headers of some.

import { platform } from "#platform";
import { hasPictureName } from "../../data/image-folder/found-file.ts";

/** What is known of a folder of annotated pictures before it is read. */
export interface PictureSurvey {
  readonly pictures: number;
  /** The median height and width; undefined where no header could be read. */
  readonly size?: readonly [height: number, width: number];
}

/** Pictures whose headers are read. */
const mostHeaders = 50;

/** Names of folders and files that hold masks, which are no pictures to look at. */
const masks = /mask|label|annotation|segmentation/i;

/** Looks at some of the pictures, evenly spread over the folder. */
export async function surveyAnnotated(path: string): Promise<PictureSurvey> {
  const { walk } = await import("../../data/image-folder/walk.ts");
  const { imageHeader } = await import("../../images/header.ts");
  const isFolder = (await platform.files.status(path))?.kind === "folder";
  const found = await walk(isFolder ? path : platform.paths.dirname(path));
  const pictures = found.files.filter(
    ({ parts }) =>
      hasPictureName(parts[parts.length - 1]) && !parts.some((part) => masks.test(part)),
  );
  const step = Math.max(1, Math.ceil(pictures.length / mostHeaders));
  const sizes: (readonly [number, number])[] = [];
  for (let i = 0; i < pictures.length; i += step) {
    const { path: name, read } = pictures[i];
    try {
      const { height, width } = imageHeader(await read(), name);
      sizes.push([height, width]);
    } catch {
      // What cannot be read is listed when the pictures are used.
    }
  }
  const middle = (axis: 0 | 1) =>
    sizes.map((size) => size[axis]).toSorted((a, b) => a - b)[Math.floor(sizes.length / 2)];
  return {
    pictures: pictures.length,
    ...(sizes.length > 0 && { size: [middle(0), middle(1)] as const }),
  };
}

/** The multiple of `unit` that is nearest to the longer side of the pictures, up to `most`. */
export function sideFor({ size }: PictureSurvey, unit: number, most: number): number {
  const side = size === undefined ? most : Math.max(...size);
  return Math.max(unit, Math.min(most, unit * Math.round(side / unit)));
}
