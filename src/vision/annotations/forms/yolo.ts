// YOLO's form: a text file for each picture, with a line for each object: its class, and a box or a polygon in shares of
// width and height; names of classes in data.yaml or classes.txt.

import {
  extensionOf,
  type FoundFile,
  reasonOf,
  type SkippedFile,
} from "../../../data/image-folder/found-file.ts";
import {
  type AnnotationFault,
  type AnnotationForm,
  type FoundObject,
  type FoundPicture,
  lastOf,
  textOf,
} from "../found.ts";
import { isPicture, Partners, pictureFolders, placeOf } from "../pairing.ts";
import { readYoloFacts } from "./yolo-facts.ts";

/** What folders of text files are called. */
const labelFolders = ["labels", "label", "annotations", "obj_train_data"];
const picturesToo = [...pictureFolders, "obj_train_data"];

const isText = (file: FoundFile) => extensionOf(lastOf(file)) === ".txt";
const line = /^\s*\d+(\s+[-+]?[\d.]+(e[-+]?\d+)?){4,}\s*$/i;

/** Text files that are looked at to know the form. */
const mostLooked = 50;

export const yolo: AnnotationForm = {
  targets: ["boxes", "masks"],

  async isFound(files) {
    const pairs = pairsIn(files).filter(({ labels }) => labels !== undefined);
    for (const { labels } of pairs.slice(0, mostLooked)) {
      const text = labels === undefined ? "" : await textOf(labels).catch(() => "");
      const lines = text.split("\n").filter((one) => one.trim() !== "");
      if (lines.length > 0) return line.test(lines[0]);
    }
    return false;
  },

  async read(files, request) {
    const facts = await readYoloFacts(files, request.named);
    const skipped: SkippedFile[] = [];
    const faults: AnnotationFault[] = [];
    const found: FoundPicture[] = [];
    let unlabelled = 0;
    for (const { picture, labels } of pairsIn(files)) {
      const part = facts.partOf(picture) ?? placeOf(picture, picturesToo).part;
      if (part === undefined && facts.hasLists) {
        skipped.push({ path: picture.path, reason: "is in no list of pictures" });
        continue;
      }
      const shared = { file: picture, isRelative: true, ...(part !== undefined && { part }) };
      if (labels === undefined) {
        if (request.unannotated === "skip") {
          skipped.push({ path: picture.path, reason: "has no text file" });
          continue;
        }
        unlabelled++;
        found.push({ ...shared, source: picture.path, objects: [] });
        continue;
      }
      try {
        const read = readLines(await textOf(labels), facts.classNames);
        for (const fault of read.faults) faults.push({ path: labels.path, ...fault });
        found.push({ ...shared, source: labels.path, objects: read.objects });
      } catch (error) {
        skipped.push({ path: labels.path, reason: reasonOf(error, labels.path) });
      }
    }
    skipped.push(...withoutPicture(files));
    return {
      pictures: found,
      classNames: facts.classNames ?? numbersIn(found),
      skipped,
      faults,
      warnings: [...facts.warnings, ...unlabelledWarning(unlabelled, request.unannotated)],
    };
  },
};

function unlabelledWarning(count: number, wish: "skip" | "empty" | undefined): string[] {
  if (count === 0 || wish === "empty") return [];
  const [pictures, are] = count === 1 ? ["picture has", "is"] : ["pictures have", "are"];
  return [
    `${count} ${pictures} no text file and ${are} taken for pictures without objects; ` +
      'unannotated: "skip" leaves them out.',
  ];
}

interface Pair {
  readonly picture: FoundFile;
  readonly labels: FoundFile | undefined;
}

function pairsIn(files: readonly FoundFile[]): Pair[] {
  const partners = new Partners();
  for (const file of files) if (isText(file)) partners.add(file, placeOf(file, labelFolders));
  return files
    .filter(isPicture)
    .map((picture) => ({ picture, labels: partners.find(placeOf(picture, picturesToo)) }));
}

/** Text files in folders of labels that belong to no picture. */
function withoutPicture(files: readonly FoundFile[]): SkippedFile[] {
  const used = new Set(pairsIn(files).map(({ labels }) => labels));
  return files
    .filter((file) => isText(file) && !used.has(file) && placeOf(file, labelFolders).isInside)
    .filter((file) => !/^(classes|labels|names|train|val|valid|test)\.txt$/i.test(lastOf(file)))
    .map(({ path }) => ({ path, reason: "belongs to a picture that is not there" }));
}

type LineFault = Omit<AnnotationFault, "path">;

/** The objects of a text file. */
function readLines(text: string, classNames: readonly string[] | undefined) {
  const objects: FoundObject[] = [];
  const faults: LineFault[] = [];
  text.split(/\r?\n/).forEach((written, i) => {
    const words = written.trim().split(/[\s,]+/);
    if (words.length === 1 && words[0] === "") return;
    const place = `line ${i + 1}`;
    const numbers = words.map(Number);
    const problem = problemOf(numbers, classNames);
    if (problem !== undefined) {
      faults.push({ place, reason: problem, isRepaired: false });
      return;
    }
    const [label, ...values] = numbers;
    const className = classNames?.[label] ?? String(label);
    // Behind a box there may be how sure a detector was.
    if (values.length > 5) {
      objects.push({ className, polygons: [values], isIgnored: false, place });
      return;
    }
    const [x, y, width, height] = values;
    const [left, top] = [x - width / 2, y - height / 2];
    const box = [left, top, left + width, top + height] as const;
    objects.push({ className, box, isIgnored: false, place });
  });
  return { objects, faults };
}

function problemOf(
  numbers: readonly number[],
  classNames: readonly string[] | undefined,
): string | undefined {
  const [label, ...values] = numbers;
  if (numbers.some((number) => !Number.isFinite(number)))
    return "holds something that is no number";
  const isBox = values.length === 4 || values.length === 5;
  if (!isBox && (values.length < 6 || values.length % 2 === 1)) {
    return `has ${numbers.length} numbers, and neither a box (5) nor a polygon (an odd number of at least 7)`;
  }
  const isClass = Number.isInteger(label) && label >= 0;
  if (!isClass) return `has the class ${label}, which is no whole number of at least 0`;
  if (classNames !== undefined && label >= classNames.length) {
    return `has the class ${label}, and there are names for 0 to ${classNames.length - 1}`;
  }
  const coordinates = values.length === 5 ? values.slice(0, 4) : values;
  if (coordinates.some((value) => Math.abs(value) > 2)) {
    return "has places that are no shares of the picture's width and height";
  }
  return undefined;
}

/** Where no file names the classes, their numbers do. */
function numbersIn(pictures: readonly FoundPicture[]): string[] {
  const labels = pictures.flatMap(({ objects }) =>
    objects.map(({ className }) => Number(className)),
  );
  const most = labels.reduce((a, b) => Math.max(a, b), -1);
  return Array.from({ length: most + 1 }, (_, i) => String(i));
}
