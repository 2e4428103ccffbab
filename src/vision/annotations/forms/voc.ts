// Pascal VOC's form: an XML file for each picture, and lists of the pictures of each part in ImageSets/Main. Everingham et
// al., "The PASCAL Visual Object Classes (VOC) Challenge", 2010.

import {
  extensionOf,
  type FoundFile,
  nameOf,
  reasonOf,
  type SkippedFile,
} from "../../../data/image-folder/found-file.ts";
import type { PartName } from "../../../data/image-folder/layout.ts";
import {
  type AnnotationFault,
  type AnnotationForm,
  type Edges,
  type FoundObject,
  type FoundPicture,
  lastOf,
  stemOf,
} from "../found.ts";
import { isPicture, pictureFolders, placeOf } from "../pairing.ts";
import { childOf, childText, parseXml, type XmlElement } from "../xml.ts";
import { partLists } from "./voc-lists.ts";

/** What folders of XML files are called. */
const xmlFolders = ["annotations", "annotation", "labels", "xml", "xmls"];

/** Bytes that are looked at to know an XML file of this form. */
const startBytes = 4096;

const isXml = (file: FoundFile) => extensionOf(lastOf(file)) === ".xml";

export const voc: AnnotationForm = {
  targets: ["boxes"],

  async isFound(files) {
    for (const file of files.filter(isXml).slice(0, 20)) {
      const bytes = await file.read().catch(() => new Uint8Array());
      const start = new TextDecoder().decode(bytes.subarray(0, startBytes));
      if (/<annotation[\s>]/.test(start.replaceAll("\0", ""))) return true;
    }
    return false;
  },

  async read(files, request) {
    const pictures = files.filter(isPicture);
    const find = finderOf(pictures);
    const lists = await partLists(files, "Main");
    const skipped: SkippedFile[] = [];
    const faults: AnnotationFault[] = [];
    const read: ReadXml[] = [];
    const taken = new Map<FoundFile, FoundFile>();
    for (const file of files.filter(isXml)) {
      const one = await readXml(file, find, taken);
      if ("reason" in one) {
        skipped.push({ path: file.path, reason: one.reason });
        if (one.picture !== undefined) taken.set(one.picture, file);
        continue;
      }
      taken.set(one.picture, file);
      read.push(one);
    }
    // Numbers of pixels begin at 1 in VOC, and at 0 in files of many programs that write this form.
    const first = read.some(({ objects }) => objects.some(({ box }) => startsAtZero(box))) ? 0 : 1;
    const found: FoundPicture[] = [];
    for (const { file, picture, objects, statedSize } of read) {
      const part = partFor(picture, lists);
      if (part === "none") {
        skipped.push({ path: picture.path, reason: "is in no list of ImageSets/Main" });
        continue;
      }
      const edges = objects.flatMap((object) => {
        if (object.problem === undefined) return [shifted(object, first)];
        const { place, problem } = object;
        faults.push({ path: file.path, place, reason: problem, isRepaired: false });
        return [];
      });
      found.push({
        file: picture,
        objects: edges,
        source: file.path,
        isRelative: false,
        ...(part !== undefined && { part }),
        ...(statedSize !== undefined && { statedSize }),
      });
    }
    for (const picture of pictures.filter((one) => !taken.has(one))) {
      if (request.unannotated !== "empty") {
        skipped.push({ path: picture.path, reason: "has no XML file" });
        continue;
      }
      const part = partFor(picture, lists);
      if (part === "none") continue;
      found.push({
        file: picture,
        objects: [],
        source: picture.path,
        isRelative: false,
        ...(part !== undefined && { part }),
      });
    }
    return { pictures: found, skipped, faults, warnings: [] };
  },
};

interface ReadXml {
  readonly file: FoundFile;
  readonly picture: FoundFile;
  readonly objects: readonly ReadObject[];
  readonly statedSize?: readonly [number, number];
}

/** An object as it is written; its numbers may be those of pixels from 0 or from 1. */
interface ReadObject extends FoundObject {
  readonly problem?: string;
}

interface Unusable {
  readonly reason: string;
  readonly picture?: FoundFile;
}

async function readXml(
  file: FoundFile,
  find: (stem: string, hint: string | undefined) => FoundFile | undefined,
  taken: ReadonlyMap<FoundFile, FoundFile>,
): Promise<ReadXml | Unusable> {
  const bySelf = find(nameOf(file), undefined);
  try {
    const root = await parseXml(await file.read(), file.path);
    if (root.name !== "annotation") return { reason: `is no annotation, but <${root.name}>` };
    const fileName = childText(root, "filename");
    const picture = bySelf ?? find(nameOf(file), fileName);
    if (picture === undefined) {
      const named = fileName === undefined || fileName === "" ? "" : ` (${fileName})`;
      return { reason: `belongs to a picture that is not there${named}` };
    }
    const other = taken.get(picture);
    if (other !== undefined) return { reason: `is of the same picture as ${nameOf(other)}` };
    const objects = root.children.filter(({ name }) => name === "object").map(readObject);
    const size = childOf(root, "size");
    const [height, width] = ["height", "width"].map((side) =>
      size === undefined ? Number.NaN : numberIn(size, side),
    );
    // Some programs write zeros.
    const isStated = height >= 1 && width >= 1;
    return { file, picture, objects, ...(isStated && { statedSize: [height, width] as const }) };
  } catch (error) {
    const reason = reasonOf(error, file.path);
    return { reason, ...(bySelf !== undefined && { picture: bySelf }) };
  }
}

function numberIn(element: XmlElement, name: string): number {
  const text = childText(element, name);
  return text === undefined || text === "" ? Number.NaN : Number(text);
}

function readObject(element: XmlElement, index: number): ReadObject {
  const className = childText(element, "name") ?? "";
  const corners = childOf(element, "bndbox");
  const place = `object ${index + 1}${className === "" ? "" : ` (${className})`}`;
  const isIgnored = childText(element, "difficult") === "1";
  const object = { className, isIgnored, place };
  if (className === "") return { ...object, problem: "has no name" };
  if (corners === undefined) return { ...object, problem: "has no box" };
  const [left, top, right, bottom] = ["xmin", "ymin", "xmax", "ymax"].map((edge) =>
    numberIn(corners, edge),
  );
  const box: Edges = [left, top, right, bottom];
  if (box.some(Number.isNaN)) return { ...object, problem: "has a box whose edges are no numbers" };
  return { ...object, box };
}

const startsAtZero = (box: Edges | undefined) =>
  box !== undefined && (box[0] === 0 || box[1] === 0);

/** The box from the first pixel's own edge to the last pixel's other edge. */
function shifted({ problem, ...object }: ReadObject, first: number): FoundObject {
  const { box } = object;
  // One that has no size keeps none.
  if (box === undefined || box[2] <= box[0] || box[3] <= box[1]) return object;
  return { ...object, box: [box[0] - first, box[1] - first, box[2], box[3]] };
}

/** Finds the picture of an XML file by its own name, else by the name that stands in it. */
function finderOf(pictures: readonly FoundFile[]) {
  const byKey = new Map<string, FoundFile>();
  const byStem = new Map<string, FoundFile[]>();
  for (const picture of pictures) {
    byKey.set(keyOf(picture), picture);
    const stem = stemOf(picture);
    byStem.set(stem, [...(byStem.get(stem) ?? []), picture]);
  }
  return (xml: string, hint: string | undefined): FoundFile | undefined => {
    const parts = xml.split("/");
    const own = { path: xml, parts, bytes: 0, modified: 0, read: async () => new Uint8Array() };
    if (hint === undefined) return byKey.get(placeKey(own)) ?? only(byStem.get(stemOf(own)));
    const last = hint.split(/[\\/]/).pop() ?? "";
    return only(byStem.get(last.replace(/\.[^.]+$/, "")));
  };
}

const only = (files: readonly FoundFile[] = []) => (files.length === 1 ? files[0] : undefined);
const keyOf = (picture: FoundFile) => fullKey(placeOf(picture, pictureFolders));
const placeKey = (xml: FoundFile) => fullKey(placeOf(xml, xmlFolders));
const fullKey = ({ key, part }: { readonly key: string; readonly part?: PartName }) =>
  `${part ?? ""}:${key}`;

/** The part of a picture; `none` where there are lists and it is in none of them. */
function partFor(
  picture: FoundFile,
  lists: ReadonlyMap<string, PartName> | undefined,
): PartName | "none" | undefined {
  if (lists === undefined) return placeOf(picture, pictureFolders).part;
  return lists.get(stemOf(picture)) ?? lists.get(lastOf(picture)) ?? "none";
}
