// Pascal VOC's lists of the pictures of each part: ImageSets/Main/train.txt and its kin.

import { extensionOf, type FoundFile } from "../../../data/image-folder/found-file.ts";
import { type PartName, partOf } from "../../../data/image-folder/layout.ts";
import { lastOf, stemOf, textOf } from "../found.ts";

/**
 * The part of each picture by its name without extension, from the lists in ImageSets and its folder `purpose`, where there
 * is one; undefined where there are no lists.
 */
export async function partLists(
  files: readonly FoundFile[],
  purpose: "Main" | "Segmentation",
): Promise<ReadonlyMap<string, PartName> | undefined> {
  const isIn = ({ parts }: FoundFile, name: string) =>
    parts.slice(0, -1).some((folder) => folder.toLowerCase() === name.toLowerCase());
  const lists = files.filter(
    (file) => isIn(file, "ImageSets") && extensionOf(lastOf(file)) === ".txt",
  );
  const own = lists.filter((file) => isIn(file, purpose));
  // Lists for another purpose are of other pictures.
  const direct = lists.filter(({ parts }) => parts[parts.length - 2].toLowerCase() === "imagesets");
  const named = own.length > 0 ? own : direct;
  const words = named.map((file) => stemOf(file).toLowerCase());
  // A list of both is used where it is not divided.
  const isDivided = words.includes("train");
  const stems = new Map<string, PartName>();
  for (const [i, file] of named.entries()) {
    const part = partOf(words[i]) ?? (words[i] === "trainval" && !isDivided ? "train" : undefined);
    if (part === undefined) continue;
    for (const line of (await textOf(file)).split(/\r?\n/)) {
      const [stem] = line.trim().split(/\s+/);
      if (stem !== "" && !stems.has(stem)) stems.set(stem, part);
    }
  }
  return stems.size === 0 ? undefined : stems;
}
