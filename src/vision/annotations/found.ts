// What files say of pictures, before it is checked against the pictures: the same for every form of annotations.

import type { FoundFile, SkippedFile } from "../../data/image-folder/found-file.ts";
import type { PartName } from "../../data/image-folder/layout.ts";
import type { RunLengthCode } from "../masks/run-length.ts";

/** Left, top, right and bottom edge. */
export type Edges = readonly [left: number, top: number, right: number, bottom: number];

/** One object. Where several say where it is, the box counts for boxes and the others for masks. */
export interface FoundObject {
  readonly className: string;
  readonly box?: Edges;
  /** Each polygon as x, y, x, y and so on. */
  readonly polygons?: readonly (readonly number[])[];
  readonly runs?: RunLengthCode;
  /** Whether it counts neither for nor against a model. */
  readonly isIgnored: boolean;
  /** Where it stands in its file, such as `line 3`. */
  readonly place: string;
}

/** A picture, and what is said of it. */
export interface FoundPicture {
  readonly file: FoundFile;
  /** Absent where nothing says. */
  readonly part?: PartName;
  readonly objects: readonly FoundObject[];
  /** The path of the file that says it. */
  readonly source: string;
  /** Whether places are shares of width and height, in place of pixels. */
  readonly isRelative: boolean;
  /** The size of the picture that the file states, where it does. */
  readonly statedSize?: readonly [height: number, width: number];
  /** A picture of its classes. */
  readonly mask?: FoundFile;
}

/** One thing that is wrong in a file whose rest is used. */
export interface AnnotationFault {
  /** The file that says it. */
  readonly path: string;
  /** Where in the file, such as `line 3` or `object 2`. */
  readonly place: string;
  /** A few words that go on after the place. */
  readonly reason: string;
  /** Whether the object is used, with what was wrong mended, such as a box that was cut at the picture's edge. */
  readonly isRepaired: boolean;
}

/** All that a folder says. */
export interface FoundAnnotations {
  readonly pictures: readonly FoundPicture[];
  /** The classes in the order of their numbers. Absent where the form has no list of them. */
  readonly classNames?: readonly string[];
  readonly skipped: readonly SkippedFile[];
  readonly faults: readonly AnnotationFault[];
  readonly warnings: readonly string[];
}

/** What people call the forms. */
export const formNames = ["coco", "yolo", "voc", "masks"] as const;
export type FormName = (typeof formNames)[number];

/** What annotations are made into. */
export const targetNames = ["boxes", "masks"] as const;
export type TargetName = (typeof targetNames)[number];

/** What a form is asked. */
export interface FormRequest {
  readonly target: TargetName;
  /** Whether pictures that no file speaks of are pictures without objects. Default: as the form has it. */
  readonly unannotated?: "skip" | "empty" | undefined;
  /** The file that the user named, where one was. */
  readonly named?: FoundFile | undefined;
}

/** One way in which folders say what is in pictures. */
export interface AnnotationForm {
  readonly targets: readonly TargetName[];
  /** Whether a folder has this form. */
  isFound(files: readonly FoundFile[]): boolean | Promise<boolean>;
  /** @throws FormatError where the files that all depends on cannot be read. */
  read(files: readonly FoundFile[], request: FormRequest): Promise<FoundAnnotations>;
}

/** The name of a file without its folders and its extension. */
export function stemOf({ parts }: FoundFile): string {
  const name = parts[parts.length - 1];
  const dot = name.lastIndexOf(".");
  return dot <= 0 ? name : name.slice(0, dot);
}

/** The name of a file without its folders. */
export const lastOf = ({ parts }: FoundFile): string => parts[parts.length - 1];

/** The text of a file. */
export async function textOf(file: FoundFile): Promise<string> {
  return new TextDecoder().decode(await file.read()).replace(/^\uFEFF/, "");
}
