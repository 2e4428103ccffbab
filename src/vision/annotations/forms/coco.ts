// COCO's form: JSON files that list pictures, classes and objects with boxes, polygons and run-length codes. Lin et al.,
// "Microsoft COCO: Common Objects in Context", 2014.

import { FormatError } from "../../../core/errors.ts";
import {
  extensionOf,
  type FoundFile,
  nameOf,
  reasonOf,
  type SkippedFile,
} from "../../../data/image-folder/found-file.ts";
import { type PartName, partOf } from "../../../data/image-folder/layout.ts";
import { readWholeFile } from "../../../platform/files.ts";
import {
  type AnnotationFault,
  type AnnotationForm,
  type FoundObject,
  type FoundPicture,
  lastOf,
  stemOf,
} from "../found.ts";
import { isPicture } from "../pairing.ts";
import { PictureNames } from "../picture-names.ts";
import { readCocoObject } from "./coco-object.ts";

/** Bytes of a JSON file: as many as one text can have. */
const mostBytes = 2 ** 29 - 2 ** 12;

const isJson = (file: FoundFile) => extensionOf(lastOf(file)) === ".json";

/** What every file of COCO's has. */
const lists = ["images", "annotations", "categories"] as const;

/** JSON files that are looked at to know the form. */
const mostLooked = 20;

export const coco: AnnotationForm = {
  targets: ["boxes", "masks"],

  async isFound(files) {
    for (const file of files.filter(isJson).slice(0, mostLooked)) {
      // A file that breaks off is still one of this form, and is named as such.
      const text = await bytesOf(file).then(decoded, () => "");
      if (lists.every((name) => text.includes(`"${name}"`))) return true;
    }
    return false;
  },

  async read(files, request) {
    const pictures = files.filter(isPicture);
    const names = new PictureNames(pictures);
    const skipped: SkippedFile[] = [];
    const reader = new CocoReader(names);
    const candidates = request.named === undefined ? files.filter(isJson) : [request.named];
    for (const file of chosenOf(candidates)) {
      try {
        const content = await readJson(file);
        if (isCoco(content)) reader.take(content, file);
        else if (file === request.named) throw noCoco(file);
      } catch (error) {
        if (file === request.named) throw error;
        skipped.push({ path: file.path, reason: reasonOf(error, file.path) });
      }
    }
    const found: FoundPicture[] = [...reader.pictures.values()];
    const known = new Set(found.map(({ file }) => file));
    const others = pictures.filter((picture) => !known.has(picture));
    for (const picture of others) {
      if (request.unannotated === "empty") found.push(emptyPicture(picture));
      else skipped.push({ path: picture.path, reason: "is in no list of COCO's" });
    }
    return {
      pictures: found,
      classNames: reader.classNames,
      skipped: [...skipped, ...reader.skipped],
      faults: reader.faults,
      warnings: [],
    };
  },
};

/** Of COCO's own files, those with objects: the others repeat them, or have none. */
function chosenOf(files: readonly FoundFile[]): readonly FoundFile[] {
  const instances = files.filter((file) => /^instances[_.-]/i.test(lastOf(file)));
  return instances.length > 0 ? instances : files;
}

function emptyPicture(file: FoundFile): FoundPicture {
  const part = partIn(file);
  return {
    file,
    objects: [],
    source: file.path,
    isRelative: false,
    ...(part !== undefined && { part }),
  };
}

/** Lists as they come: nothing in them is believed. */
interface CocoContent {
  readonly images: readonly unknown[];
  readonly annotations: readonly unknown[];
  readonly categories: readonly unknown[];
}

/** A value's fields, where it is a record. */
type Fields = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function isCoco(content: unknown): content is CocoContent {
  return isRecord(content) && lists.every((name) => Array.isArray(content[name]));
}

/** Lists of a hundred thousand pictures are larger than any picture. */
function bytesOf({ bytes, path, read }: FoundFile): Promise<Uint8Array> {
  return bytes > 2 ** 27 ? readWholeFile(path, { maximumBytes: mostBytes }) : read();
}

const decoded = (bytes: Uint8Array) => new TextDecoder().decode(bytes).replace(/^\uFEFF/, "");

async function readJson(file: FoundFile): Promise<unknown> {
  const bytes = await bytesOf(file);
  try {
    return JSON.parse(decoded(bytes));
  } catch (cause) {
    throw new FormatError({
      what: `${file.path} is no JSON.`,
      expected: "COCO's JSON, with images, annotations and categories",
      received: cause instanceof Error ? cause.message : String(cause),
      cause,
    });
  }
}

function noCoco(file: FoundFile): FormatError {
  return new FormatError({
    what: `${file.path} is no list of COCO's.`,
    expected: "a record with the lists images, annotations and categories",
    received: "other JSON",
  });
}

/** The part by the words in a file's path, such as `instances_val2017.json` or `train/_annotations.coco.json`. */
function partIn(file: FoundFile): PartName | undefined {
  const words = [stemOf(file), ...file.parts.slice(0, -1).reverse()].flatMap((name) =>
    name.toLowerCase().split(/[^a-z]+/),
  );
  for (const word of words) {
    const part = partOf(word);
    if (part !== undefined) return part;
  }
  return undefined;
}

/** A picture whose objects are still being read. */
interface OpenPicture extends FoundPicture {
  readonly objects: FoundObject[];
}

/** Brings together what several files say. */
class CocoReader {
  readonly pictures = new Map<FoundFile, OpenPicture>();
  readonly skipped: SkippedFile[] = [];
  readonly faults: AnnotationFault[] = [];
  readonly classNames: string[] = [];
  readonly #names: PictureNames;

  constructor(names: PictureNames) {
    this.#names = names;
  }

  take({ images, annotations, categories }: CocoContent, file: FoundFile): void {
    const classes = this.#takeClasses(categories, file);
    const byId = this.#takePictures(images, file);
    for (const [i, one] of annotations.entries()) {
      const fields = isRecord(one) ? one : {};
      const id = typeof fields.id === "number" || typeof fields.id === "string" ? fields.id : i;
      const place = `annotation ${id}`;
      const picture = byId.get(String(fields.image_id));
      // Its picture is listed already, and so are its faults.
      if (picture === null) continue;
      const className = classes.get(String(fields.category_id));
      const fail = (reason: string) =>
        this.faults.push({ path: file.path, place, reason, isRepaired: false });
      if (picture === undefined) {
        fail(`is of the picture ${String(fields.image_id)}, which is not listed`);
      } else if (className === undefined) {
        fail(`is of the class ${String(fields.category_id)}, which is not listed`);
      } else {
        const object = readCocoObject(fields, className, place);
        if (typeof object === "string") fail(object);
        else picture.objects.push(object);
      }
    }
  }

  /** Names by their numbers, in the order of those. */
  #takeClasses(categories: readonly unknown[], file: FoundFile): Map<string, string> {
    const rows = categories.filter(isRecord).filter(({ id }) => Number.isInteger(Number(id)));
    const classes = new Map<string, string>();
    for (const { id, name } of rows.sort((a, b) => Number(a.id) - Number(b.id))) {
      const className = typeof name === "string" && name !== "" ? name : String(id);
      if (classes.has(String(id))) {
        const reason = "has the number of another class";
        this.faults.push({ path: file.path, place: `category ${id}`, reason, isRepaired: false });
        continue;
      }
      classes.set(String(id), className);
      if (!this.classNames.includes(className)) this.classNames.push(className);
    }
    return classes;
  }

  /** Pictures by their numbers; null for those that cannot be used. */
  #takePictures(images: readonly unknown[], file: FoundFile): Map<string, OpenPicture | null> {
    const part = partIn(file);
    const byId = new Map<string, OpenPicture | null>();
    for (const [i, one] of images.entries()) {
      const fields = isRecord(one) ? one : {};
      const { id, file_name: name, height, width } = fields;
      const place = `image ${typeof id === "number" || typeof id === "string" ? id : i}`;
      const fail = (reason: string) =>
        this.faults.push({ path: file.path, place, reason, isRepaired: false });
      if (id === undefined || id === null || typeof name !== "string" || name === "") {
        fail("has no number or no file name");
        continue;
      }
      const picture = this.#names.find(name, file.parts.slice(0, -1), part);
      if (byId.has(String(id))) {
        fail("has the number of another picture");
      } else if (picture === undefined) {
        byId.set(String(id), null);
        this.skipped.push({
          path: name,
          reason: `is in ${nameOf(file)}, and there is no such picture`,
        });
      } else {
        byId.set(String(id), this.#pictureOf(picture, file, part, Number(height), Number(width)));
      }
    }
    return byId;
  }

  #pictureOf(
    picture: FoundFile,
    file: FoundFile,
    part: PartName | undefined,
    height: number,
    width: number,
  ): OpenPicture {
    const known = this.pictures.get(picture);
    if (known !== undefined) return known;
    const own = part ?? partIn(picture);
    const isStated = height >= 1 && width >= 1;
    const made: OpenPicture = {
      file: picture,
      objects: [],
      source: file.path,
      isRelative: false,
      ...(own !== undefined && { part: own }),
      ...(isStated && { statedSize: [height, width] as const }),
    };
    this.pictures.set(picture, made);
    return made;
  }
}
