// Which form of annotations a folder has.

import { platform } from "#platform";
import { DataError } from "../../core/errors.ts";
import { extensionOf, type FoundFile, hasPictureName } from "../../data/image-folder/found-file.ts";
import { forms } from "./forms/table.ts";
import { type AnnotationForm, type FormName, formNames, lastOf, type TargetName } from "./found.ts";

const { paths } = platform;

/** The folder that a path means, and the file in it, where the path is one. */
export interface AnnotationPlace {
  readonly root: string;
  /** The name of the file below the folder. */
  readonly file?: string;
}

/** Files that a folder can be named by, and their forms. */
const formsByExtension: Readonly<Record<string, FormName>> = {
  ".json": "coco",
  ".yaml": "yolo",
  ".yml": "yolo",
};

/** A JSON in `annotations/` is about pictures beside that folder. */
export function placeOfPath(path: string): AnnotationPlace {
  if (!Object.hasOwn(formsByExtension, extensionOf(paths.basename(path)))) return { root: path };
  const folder = paths.dirname(path);
  const name = paths.basename(path);
  const above = paths.basename(paths.resolve(folder));
  if (above.toLowerCase() !== "annotations") return { root: folder, file: name };
  return { root: paths.dirname(paths.resolve(folder)), file: `${above}/${name}` };
}

/** A form and what becomes of it. */
export interface FoundForm {
  readonly name: FormName;
  readonly form: AnnotationForm;
  readonly target: TargetName;
}

/**
 * The form that was asked for, or the first one that is found and gives what is wanted.
 *
 * @throws DataError where none does.
 */
export async function findForm(
  { root, file }: AnnotationPlace,
  files: readonly FoundFile[],
  wanted: FormName | undefined,
  target: TargetName | undefined,
): Promise<FoundForm> {
  const byFile = file === undefined ? undefined : formsByExtension[extensionOf(file)];
  const asked = wanted ?? byFile;
  const other: FormName[] = [];
  for (const name of asked === undefined ? formNames : [asked]) {
    const form = await forms[name]();
    const gives = target === undefined || form.targets.includes(target);
    if (asked === undefined && !(await form.isFound(files))) continue;
    if (gives) return { name, form, target: target ?? form.targets[0] };
    other.push(name);
  }
  throw notFound(root, files, target, other);
}

function notFound(
  root: string,
  files: readonly FoundFile[],
  target: TargetName | undefined,
  other: readonly FormName[],
): DataError {
  const [form] = other;
  if (form !== undefined) {
    return new DataError({
      what: `The annotations in ${root} give no ${target}.`,
      expected:
        target === "masks"
          ? "polygons or run-length codes, or pictures of classes in masks/"
          : "boxes, in COCO's JSON, YOLO's text or Pascal VOC's XML",
      received: `annotations of the form "${form}"`,
    });
  }
  const pictures = files.filter((file) => hasPictureName(lastOf(file))).length;
  return new DataError({
    what: `There are no annotations in ${root}.`,
    expected:
      "COCO's JSON, YOLO's text in labels/, Pascal VOC's XML in Annotations/, or pictures of classes in masks/",
    received: `${pictures} pictures, ${files.length - pictures} other files`,
    fix: "Check the path: it is that of the folder that holds both pictures and annotations.",
  });
}
