// Folders of annotated pictures as data of a task: what is known of them besides, and the listener that is told on the
// way.

import { platform } from "#platform";
import { DataError } from "../../core/errors.ts";
import { knownName } from "../../data/datasets/index.ts";
import { formatCount } from "../../report/numbers.ts";
import {
  type AnnotatedFolder,
  annotatedImages,
  type TargetTypes,
} from "../../vision/annotations/annotated-images.ts";
import type { FolderFacts, LoadListener, TaskPart } from "../task.ts";

/** What is made of annotations. */
type TargetName = keyof TargetTypes;

/** How a folder is divided and read. */
export interface AnnotatedChoice {
  readonly data: string;
  readonly validation: number;
  readonly seed: number;
  readonly strict?: boolean;
  readonly channels: 1 | 3;
  readonly classNames?: readonly string[] | undefined;
}

/** A folder, and what is said of it. */
export interface LoadedAnnotations<Name extends TargetName> {
  readonly name: string;
  readonly source: string;
  readonly folder: AnnotatedFolder<Name>;
  readonly counts: Readonly<Record<TaskPart, number>>;
  readonly facts: FolderFacts;
}

/** @throws DataError where `data` is a data set of classes, FoveaError as the loader does. */
export async function loadAnnotations<Name extends TargetName>(
  target: Name,
  { data, classNames, ...choice }: AnnotatedChoice,
  { onWarning, onPictures }: LoadListener,
): Promise<LoadedAnnotations<Name>> {
  if (knownName(data) !== undefined) throw noAnnotations(data, target);
  const folder = await annotatedImages(data, {
    target,
    ...choice,
    ...(classNames !== undefined && { classNames }),
    onWarning,
    ...(onPictures && { onProgress: ({ done, total }) => onPictures(done, total) }),
  });
  const { train, validation, test, form } = folder;
  const counts = {
    train: train.count,
    validation: validation?.count ?? 0,
    test: test?.count ?? 0,
  };
  const all = counts.train + counts.validation + counts.test;
  const count = folder.classNames.length;
  return {
    name: platform.paths.basename(platform.paths.resolve(data)),
    source:
      `folder ${data}: ${formatCount(all)} pictures with ${target} (${form}) of ` +
      `${count} ${count === 1 ? "class" : "classes"}`,
    folder,
    counts,
    facts: factsOf(folder),
  };
}

function factsOf(
  folder: Omit<AnnotatedFolder<TargetName>, "train" | "validation" | "test">,
): FolderFacts {
  const { counts, skipped, faults, warnings } = folder;
  return {
    counts,
    skipped,
    faults: faults.map(({ path, place, reason, isRepaired }) => ({
      path,
      reason: `${place}: ${reason}${isRepaired ? "" : "; not used"}`,
    })),
    warnings,
  };
}

/** The pieces that tell a folder from others. */
export function* identityOf({
  train,
  validation,
  test,
}: AnnotatedFolder<TargetName>): Iterable<string> {
  for (const part of [train, validation, test]) if (part !== undefined) yield part.fingerprint;
}

function noAnnotations(data: string, target: TargetName): DataError {
  return new DataError({
    what: `The data set ${data} has a class for each image, and no ${target}.`,
    expected: `a folder of pictures with ${target}`,
    received: data,
    fix: "use --data with such a folder, or leave out --task",
  });
}
