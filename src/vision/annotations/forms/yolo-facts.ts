// What a YOLO folder says of itself: names of classes and places of the parts, in data.yaml, classes.txt or darknet's lists.

import { FormatError } from "../../../core/errors.ts";
import {
  extensionOf,
  type FoundFile,
  nameOf,
  reasonOf,
} from "../../../data/image-folder/found-file.ts";
import { type PartName, partOf } from "../../../data/image-folder/layout.ts";
import { lastOf, stemOf, textOf } from "../found.ts";

/** Facts of a whole folder. */
export interface YoloFacts {
  /** Absent where no file names them. */
  readonly classNames?: readonly string[];
  /** The part that a file puts a picture into. */
  partOf(picture: FoundFile): PartName | undefined;
  /** Whether parts are lists of pictures, so that others belong to none. */
  readonly hasLists: boolean;
  readonly warnings: readonly string[];
}

/** Classes that a list may name. */
const mostClasses = 100_000;
/** Bytes of such a file. */
const mostBytes = 2 ** 24;

const isYaml = (file: FoundFile) => [".yaml", ".yml"].includes(extensionOf(lastOf(file)));
const isNameList = (file: FoundFile) =>
  /^(classes|_?darknet\.labels|labels|names)(\.txt)?$|\.names$/i.test(lastOf(file));

/**
 * @param named The file that the user named, if it is one of these.
 * @throws FormatError where that file cannot be read.
 */
export async function readYoloFacts(
  files: readonly FoundFile[],
  named: FoundFile | undefined,
): Promise<YoloFacts> {
  const depth = (file: FoundFile) => file.parts.length;
  const nearest = files.toSorted((a, b) => depth(a) - depth(b));
  const warnings: string[] = [];
  const yamls = named !== undefined && isYaml(named) ? [named] : nearest.filter(isYaml);
  for (const file of yamls) {
    try {
      const { classNames, places } = await readYaml(file);
      if (classNames === undefined && file !== named) continue;
      const finder = await finderOf(places, files);
      return { ...(classNames && { classNames }), ...finder, warnings };
    } catch (error) {
      if (file === named) throw error;
      warnings.push(`${file.path} is not used: it ${reasonOf(error, file.path)}.`);
    }
  }
  const list = nearest.find(isNameList);
  const classNames = list === undefined ? undefined : namesIn(await textOf(list));
  // Lists of darknet stand at the top.
  const places = new Map<PartName, string[]>();
  for (const file of nearest) {
    const part = partOf(stemOf(file));
    const isList = file.parts.length === 1 && extensionOf(lastOf(file)) === ".txt";
    if (isList && part !== undefined) places.set(part, [lastOf(file)]);
  }
  const finder = await finderOf(places, files);
  return { ...(classNames && { classNames }), ...finder, warnings };
}

function namesIn(text: string): string[] | undefined {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  while (lines.length > 0 && lines[lines.length - 1] === "") lines.pop();
  return lines.length === 0 ? undefined : lines;
}

async function readYaml(file: FoundFile) {
  const { parse } = await import("yaml");
  if (file.bytes > mostBytes) throw noNames(file, "a file that is too large");
  let content: unknown;
  try {
    // Aliases that repeat each other are refused beyond 100 of them.
    content = parse(await textOf(file), { maxAliasCount: 100, logLevel: "silent" });
  } catch (cause) {
    const [message] = (cause instanceof Error ? cause.message : String(cause)).split("\n");
    throw noNames(file, message, cause);
  }
  if (typeof content !== "object" || content === null) throw noNames(file, "other text");
  const record = content as Readonly<Record<string, unknown>>;
  const classNames = classNamesOf(file, record.names);
  const places = new Map<PartName, string[]>();
  for (const [key, value] of Object.entries(record)) {
    const part = partOf(key);
    const entries = (Array.isArray(value) ? value : [value]).filter(
      (entry) => typeof entry === "string",
    );
    if (part !== undefined && entries.length > 0) places.set(part, entries);
  }
  return { classNames, places };
}

/** A list of names, or a record of names by number. */
function classNamesOf(file: FoundFile, names: unknown): string[] | undefined {
  if (names === undefined || names === null) return undefined;
  if (typeof names !== "object") throw noNames(file, `names: ${String(names)}`);
  const entries = Object.entries(names);
  const numbers = entries.map(([key]) => Number(key));
  const highest = Math.max(-1, ...numbers.slice(0, mostClasses));
  const areNumbers = numbers.every((number) => Number.isInteger(number) && number >= 0);
  if (!areNumbers || highest >= mostClasses || entries.length > mostClasses) {
    throw noNames(file, "names with other keys");
  }
  const result = Array.from({ length: highest + 1 }, (_, i) => String(i));
  for (const [key, name] of entries) {
    if (typeof name === "object") throw noNames(file, "a name that is no text");
    result[Number(key)] = String(name);
  }
  return result;
}

/** Which part a picture belongs to, by folders and lists; paths of other computers count by their ends. */
async function finderOf(
  places: ReadonlyMap<PartName, readonly string[]>,
  files: readonly FoundFile[],
): Promise<Pick<YoloFacts, "partOf" | "hasLists">> {
  const listed = new Map<string, PartName>();
  const listedNames = new Map<string, PartName>();
  const folders: (readonly [string, PartName])[] = [];
  const names = files.map(nameOf);
  for (const [part, entries] of places) {
    for (const entry of entries) {
      const parts = partsOf(entry);
      const list = files[names.findIndex((name) => parts.length > 0 && endsWith(parts, name))];
      if (/\.txt$/i.test(entry)) {
        if (list === undefined) continue;
        for (const line of (await textOf(list)).split(/\r?\n/)) {
          const name = line.trim();
          if (name === "") continue;
          listed.set(lastsOf(name), part);
          listedNames.set(partsOf(name).slice(-1).join(""), part);
        }
        continue;
      }
      const folder = parts
        .map((_, i) => parts.slice(i).join("/"))
        .find((end) => names.some((name) => name.startsWith(`${end}/`)));
      if (folder !== undefined) folders.push([`${folder}/`, part]);
    }
  }
  return {
    hasLists: listed.size > 0,
    partOf: (picture) => {
      const name = nameOf(picture);
      // Nothing is known of the folder that all pictures lie in.
      const known = picture.parts.length === 1 ? listedNames.get(name) : listed.get(lastsOf(name));
      return known ?? folders.find(([folder]) => name.startsWith(folder))?.[1];
    },
  };
}

/** Names of folders and files on a path, without those that lead up. */
function partsOf(path: string): string[] {
  return path.split(/[\\/]/).filter((part) => !["", ".", ".."].includes(part));
}

/** Whether the path `parts` ends as `name` is called below the folder. */
const endsWith = (parts: readonly string[], name: string) =>
  `/${parts.join("/")}`.endsWith(`/${name}`);

/** The name of a file with that of its folder, by which paths of other computers are recognized. */
const lastsOf = (path: string) => partsOf(path).slice(-2).join("/");

function noNames(file: FoundFile, received: string, cause?: unknown): FormatError {
  return new FormatError({
    what: `${file.path} is no description of a data set.`,
    expected: "YAML with names: a list of the classes' names, or a name for each number",
    received,
    cause,
  });
}
