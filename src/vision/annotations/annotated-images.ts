// A folder of pictures with annotations as pictures to train, validate and test with. It brings together what finds, checks,
// divides and reads them.

import { DataError } from "../../core/errors.ts";
import { requirePath } from "../../core/option.ts";
import type { ClassCount, CopiedFile } from "../../data/image-folder/classes.ts";
import type { SkippedFile } from "../../data/image-folder/found-file.ts";
import { nameOf } from "../../data/image-folder/found-file.ts";
import { walk } from "../../data/image-folder/walk.ts";
import { printWarning } from "../../platform/print-warning.ts";
import type { AnnotatedImages, ClassMap, Objects } from "../annotated.ts";
import { boxTargets } from "./box-targets.ts";
import { dividePictures } from "./divide-pictures.ts";
import { findForm, placeOfPath } from "./find-form.ts";
import type {
  AnnotationFault,
  FormName,
  FoundAnnotations,
  FoundPicture,
  TargetName,
} from "./found.ts";
import { mapTargets } from "./map-targets.ts";
import { readMaskMaps } from "./mask-maps.ts";
import { type AnnotatedImagesOptions, checkAnnotatedImagesOptions } from "./options.ts";
import { partSource } from "./part-source.ts";
import { type Pictures, preparePictures } from "./pictures.ts";
import { listed, warningsOf } from "./report.ts";
import type { Targets } from "./targets.ts";

/** What is in pictures, by what was asked for. */
export interface TargetTypes {
  boxes: Objects;
  masks: ClassMap;
}

/** A folder of annotated pictures, ready to train with. */
export interface AnnotatedFolder<Name extends TargetName> {
  /** What is in the pictures: `boxes` or `masks`. */
  readonly target: Name;
  /** The form of the annotations. */
  readonly form: FormName;
  readonly train: AnnotatedImages<TargetTypes[Name]>;
  /** Absent if nothing is held out. */
  readonly validation?: AnnotatedImages<TargetTypes[Name]>;
  /** Absent if the folder has no such part. */
  readonly test?: AnnotatedImages<TargetTypes[Name]>;
  /** The name of class `i` at index `i`. */
  readonly classNames: readonly string[];
  /** In how many pictures each class occurs. */
  readonly counts: readonly ClassCount[];
  /** How many objects of each class there are, those that count for nothing left out. Absent for pictures of classes. */
  readonly objectCounts?: readonly ClassCount[];
  /** Files that are not used, with the reasons, by path. */
  readonly skipped: readonly SkippedFile[];
  /** What is wrong in files whose rest is used: boxes outside of the picture or without area, unknown classes. */
  readonly faults: readonly AnnotationFault[];
  /** Pictures that are in several parts, which makes results look better than they are. */
  readonly leaks: readonly CopiedFile[];
  /** Pictures that lie in one part several times. */
  readonly copies: readonly CopiedFile[];
  /** Warnings: faults, leaks, classes without objects. */
  readonly warnings: readonly string[];
  /** Frees memory and closes files. */
  close(): Promise<void>;
}

/** With boxes or with masks: `target` says which. */
export type AnyAnnotatedFolder<Name extends TargetName = TargetName> = Name extends TargetName
  ? AnnotatedFolder<Name>
  : never;

/**
 * The pictures below a folder with what is in them: boxes `[B, 4]` or masks `[H, W]`. COCO's JSON, YOLO's text, Pascal VOC's XML
 * and pictures of classes are found by themselves; `path` may also be a JSON of COCO's or YOLO's data.yaml. Pictures stand
 * upright, and what is in them is turned with them. Every picture is decoded once before the call returns. Files that
 * cannot be used are listed in `skipped`, faulty objects in `faults`; the rest is used.
 *
 * @throws FormatError if the folder does not exist; DataError if there are no annotations or no picture can be used, or with
 * `strict` if anything is skipped or faulty; ConfigError if an option cannot be used.
 * @example
 * const cells = await vision.annotatedImages("cells", { target: "boxes", seed: 1 });
 * const { image, target } = await cells.train.read(0);
 * console.log(image.shape, target.boxes.shape, cells.classNames, cells.faults.length);
 */
export function annotatedImages<Name extends TargetName>(
  path: string,
  options: AnnotatedImagesOptions & { readonly target: Name },
): Promise<AnnotatedFolder<Name>>;
export function annotatedImages(
  path: string,
  options?: AnnotatedImagesOptions,
): Promise<AnyAnnotatedFolder>;
export async function annotatedImages(
  path: string,
  options: AnnotatedImagesOptions = {},
): Promise<AnyAnnotatedFolder> {
  requirePath("vision.annotatedImages", path);
  checkAnnotatedImagesOptions(options);
  const place = placeOfPath(path);
  const { files, skipped } = await walk(place.root);
  const { name, form, target } = await findForm(place, files, options.form, options.target);
  const named = files.find((file) => nameOf(file) === place.file);
  const { unannotated } = options;
  const found = await form.read(files, { target, unannotated, named });
  const folder = {
    path,
    root: place.root,
    form: name,
    found: { ...found, skipped: [...skipped, ...found.skipped] },
    options,
  };
  const pictures = await preparePictures(
    found.pictures.map(({ file }) => file),
    place.root,
    options,
  );
  try {
    if (target === "boxes") {
      const targets = boxTargets(found, pictures.frames, options);
      return { target, ...assemble(folder, pictures, targets) };
    }
    const masks =
      name === "masks"
        ? await readMaskMaps(found.pictures, pictures.frames, files, options)
        : undefined;
    const targets = mapTargets(found, pictures.frames, masks, options);
    return { target, ...assemble(folder, pictures, targets) };
  } catch (error) {
    await pictures.close();
    throw error;
  }
}

/** A folder whose annotations have been read. */
interface ReadFolder {
  readonly path: string;
  readonly root: string;
  readonly form: FormName;
  readonly found: FoundAnnotations;
  readonly options: AnnotatedImagesOptions;
}

/** @throws DataError where nothing is left to train with, or anything is wrong and `strict` is set. */
function assemble<Target>(folder: ReadFolder, pictures: Pictures, targets: Targets<Target>) {
  const { path, form, found, options } = folder;
  const { validation = 0.2, seed = 0, strict = false, onWarning = printWarning } = options;
  const skipped = [...found.skipped];
  const used: number[] = [];
  found.pictures.forEach(({ file }, row) => {
    const problem = pictures.checked[row].problem ?? targets.problems.get(row);
    if (problem === undefined) used.push(row);
    else skipped.push({ path: file.path, reason: problem });
  });
  skipped.sort((a, b) => (a.path < b.path ? -1 : 1));
  const isTraining = (row: number) => (found.pictures[row].part ?? "train") === "train";
  if (!used.some(isTraining)) throw nothingFound(path, skipped);
  const isUsed = new Set(used.map((row) => found.pictures[row].source));
  const faults = [...found.faults, ...targets.faults.filter(({ path: of }) => isUsed.has(of))];
  if (strict && skipped.length + faults.length > 0) throw refused(path, skipped, faults);
  const divided = dividePictures(
    used.map((row) => ({
      row,
      path: found.pictures[row].file.path,
      part: found.pictures[row].part,
      digest: pictures.checked[row].digest,
      labels: targets.labelsIn(row),
      objects: targets.objectsIn?.(row),
    })),
    targets.classNames,
    validation,
    seed,
  );
  const source = (rows: Int32Array): AnnotatedImages<Target> =>
    partSource(rows, pictures, targets, nameAt(found.pictures));
  const { parts, counts, objectCounts, leaks, copies } = divided;
  const warnings = [
    ...found.warnings,
    ...warningsOf({ faults, leaks, counts, notKept: pictures.notKept, others: targets.others }),
  ];
  for (const warning of warnings) onWarning(warning);
  return {
    form,
    train: source(parts.train),
    ...(parts.validation.length > 0 && { validation: source(parts.validation) }),
    ...(parts.test.length > 0 && { test: source(parts.test) }),
    classNames: targets.classNames,
    counts,
    ...(objectCounts !== undefined && { objectCounts }),
    skipped,
    faults,
    leaks,
    copies,
    warnings,
    close: () => pictures.close(),
  };
}

const nameAt = (pictures: readonly FoundPicture[]) => (row: number) => pictures[row].file.path;

function nothingFound(path: string, skipped: readonly SkippedFile[]): DataError {
  return new DataError({
    what: `There is no annotated picture to train with in ${path}.`,
    expected: "pictures that can be decoded, with annotations that belong to them",
    received: skipped.length === 0 ? "no pictures" : listed(skipped),
    fix: "Check that the names of pictures and of annotations agree.",
  });
}

function refused(
  path: string,
  skipped: readonly SkippedFile[],
  faults: readonly AnnotationFault[],
): DataError {
  const all = [
    ...skipped,
    ...faults.map((fault) => ({
      path: fault.path,
      reason: `${fault.place}: ${fault.reason}`,
    })),
  ];
  const [things, are] = all.length === 1 ? ["thing", "is"] : ["things", "are"];
  return new DataError({
    what: `${all.length} ${things} in ${path} ${are} wrong, and strict is set.`,
    expected: "pictures and annotations without a fault",
    received: listed(all),
    fix: "Remove or repair them, or leave out strict.",
  });
}
