// Pictures with pictures of their classes: in folders images/ and masks/ by their names, in VOC's JPEGImages and
// SegmentationClass, or side by side as photo.jpg and photo_mask.png.

import {
  extensionOf,
  type FoundFile,
  hasPictureName,
  type SkippedFile,
} from "../../../data/image-folder/found-file.ts";
import { type AnnotationForm, type FoundPicture, lastOf, stemOf } from "../found.ts";
import { Partners, pictureFolders, placeOf } from "../pairing.ts";
import { partLists } from "./voc-lists.ts";

/** What folders of masks are called. */
const maskFolders = [
  "masks",
  "mask",
  "segmentationclass",
  "segmentations",
  "segmentation",
  "labels",
  "label",
  "annotations",
  "gt",
  "groundtruth",
  "ground_truth",
  "targets",
];

/** What the names of masks end with, behind those of their pictures. */
const maskEnding = /[_-](mask|masks|label|labels|labelids|gt|seg|segmentation|l)$/i;

/** Pictures in other folders of VOC, and of programs that draw masks for people to see. */
const otherFolders = ["segmentationobject", "visualization", "overlays"];

export const maskPictures: AnnotationForm = {
  targets: ["masks"],

  isFound: (files) => sortOut(files).masks.length > 0,

  async read(files, request) {
    const { pictures, masks } = sortOut(files);
    const partners = new Partners();
    for (const mask of masks) partners.add(mask, placeOf(mask, maskFolders));
    // A name that fits as it is goes before one with an ending.
    for (const mask of masks.filter((one) => maskEnding.test(stemOf(one)))) {
      partners.add(mask, placeOf(mask, maskFolders, stemOf(mask).replace(maskEnding, "")));
    }
    const lists = await partLists(files, "Segmentation");
    const used = new Set<FoundFile>();
    const skipped: SkippedFile[] = [];
    const found: FoundPicture[] = [];
    for (const file of pictures) {
      const place = placeOf(file, pictureFolders);
      const mask = partners.find(place);
      if (mask !== undefined) used.add(mask);
      const part = lists === undefined ? place.part : lists.get(stemOf(file));
      if (mask === undefined && request.unannotated !== "empty") {
        skipped.push({ path: file.path, reason: "has no mask" });
      } else if (lists !== undefined && part === undefined) {
        skipped.push({ path: file.path, reason: "is in no list of ImageSets/Segmentation" });
      } else {
        found.push({
          file,
          objects: [],
          source: mask?.path ?? file.path,
          isRelative: false,
          ...(part !== undefined && { part }),
          ...(mask !== undefined && { mask }),
        });
      }
    }
    for (const mask of masks.filter((one) => !used.has(one))) {
      skipped.push({ path: mask.path, reason: "is a mask of a picture that is not there" });
    }
    return { pictures: found, skipped, faults: [], warnings: [] };
  },
};

/** Which files are pictures and which are masks. */
function sortOut(files: readonly FoundFile[]) {
  const all = files.filter(
    (file) =>
      hasPictureName(lastOf(file)) &&
      !file.parts.some((name) => otherFolders.includes(name.toLowerCase())),
  );
  const isMask = (file: FoundFile) => placeOf(file, maskFolders).isInside;
  const inside = all.filter(isMask);
  if (inside.length > 0) return { pictures: all.filter((file) => !isMask(file)), masks: inside };
  // Side by side: a mask is called as another picture is, with an ending.
  const names = new Set(all.map((file) => pathWithoutExtension(file)));
  const isBeside = (file: FoundFile) => {
    const path = pathWithoutExtension(file);
    return maskEnding.test(path) && names.has(path.replace(maskEnding, ""));
  };
  return {
    pictures: all.filter((file) => !isBeside(file)),
    masks: all.filter(isBeside),
  };
}

function pathWithoutExtension({ parts }: FoundFile): string {
  const path = parts.join("/");
  return path.slice(0, path.length - extensionOf(parts[parts.length - 1]).length);
}
