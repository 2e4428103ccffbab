// What `fovea explain` does once the model is there: read pictures, draw maps, try them, write the page.

import { mkdir, writeFile } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { classCountOf, classify, classNamesFor } from "../assess/classify.ts";
import { ConfigError, DataError } from "../core/errors.ts";
import { lookUp } from "../core/names.ts";
import type { Tensor } from "../core/tensor.ts";
import { countOf, sliceSet } from "../data/example-set.ts";
import { attribute } from "../explain/attribute.ts";
import type { ColorMapName } from "../explain/colors.ts";
import { requireSpatialLayer } from "../explain/layer-choice.ts";
import { type AttributionName, methods } from "../explain/methods/table.ts";
import { overlay } from "../explain/overlay.ts";
import { trust } from "../explain/trust/trust.ts";
import { readImage } from "../images/decode.ts";
import { encodeImage } from "../images/encode.ts";
import {
  type ExplainedMap,
  type ExplainedPicture,
  pageOfSections,
  pictureSection,
} from "../report/explanation-page.ts";
import { createRunFolder } from "../report/run-folder.ts";
import { picturesFor } from "../tasks/classify/classify.ts";
import { loadImages } from "../tasks/classify/load-data.ts";
import { topOf } from "../tasks/classify/predictions.ts";
import { decodingFor } from "../train/picture-inputs.ts";
import { exitCodes } from "./exit.ts";
import { listenerFor } from "./load-data.ts";
import type { Output } from "./output.ts";
import { PageSections } from "./page-sections.ts";
import { candidatesFor, formatSkipped, type Skipped, whyNot } from "./picture-files.ts";
import type { Trained } from "./trained.ts";

/** What was typed. */
export interface ExplainChoice {
  readonly method: string;
  readonly layer?: string | undefined;
  readonly class?: string | undefined;
  readonly byCell: boolean;
  readonly trust: "yes" | "no";
  readonly colors: ColorMapName;
  readonly out?: string | undefined;
}

/** Bytes, or numbers of a data set. */
type Pixels = Tensor<Float32Array | Uint8Array>;

/** A picture as the model takes it. */
interface ReadPicture {
  readonly name: string;
  readonly picture: Pixels;
}

/** Pictures of one step. */
const batchSize = 32;

/** Explains, writes and prints, and gives the exit code. */
export async function explainPictures(
  paths: readonly string[],
  found: Trained,
  choice: ExplainChoice,
  output: Output,
): Promise<number> {
  const { trained, file } = found;
  const { model, classNames } = trained;
  classCountOf(model);
  const names = classNamesFor(model, classNames);
  const wanted = methodsOf(choice.method);
  const classIndex = choice.class === undefined ? undefined : classOf(choice.class, names);
  if (choice.layer !== undefined) requireSpatialLayer(model.network, choice.layer);
  const skipped: Skipped[] = [];
  const pictures = choice.byCell
    ? await picturesByCell(paths[0], found, names, output)
    : picturesIn(paths, found, skipped);
  const sections = new PageSections();
  const records: ReturnType<typeof recordOf>[] = [];
  let folder: string | undefined;
  for await (const { name, picture } of pictures) {
    folder ??= await folderFor(choice);
    const { probabilities } = await classify(model, batchOf(picture), 1);
    const top = topOf(probabilities.data, names, 5);
    output.say(`\n${name}: ${top[0].name} ${top[0].probability.toFixed(2)}`);
    const maps: ExplainedMap[] = [];
    for (const method of wanted) {
      const looksAtLayer = methods[method].looksAt === "layer" && choice.layer !== undefined;
      const options = {
        method,
        ...(looksAtLayer ? { layer: choice.layer } : {}),
        ...(classIndex === undefined ? {} : { classIndex }),
      };
      const attribution = await attribute(model, picture, options);
      const evidence =
        choice.trust === "yes" ? await trust(model, picture, attribution, options) : undefined;
      maps.push({ attribution, ...(evidence === undefined ? {} : { trust: evidence }) });
      const png = await encodeImage(
        overlay(picture, attribution.map, { colors: choice.colors }),
        "png",
      );
      const file = `${fileName(name, records.length)}-${method}.png`;
      await writeFile(join(folder, "maps", file), png);
      output.say(`  ${methods[method].title}${describe(attribution.layers, attribution.reason)}`);
      for (const line of evidence?.words ?? []) output.say(`    ${line}`);
    }
    const explained = { name, picture, top, maps };
    sections.add(() => pictureSection(explained, { classNames: names, colors: choice.colors }));
    records.push(recordOf(explained));
  }
  if (folder === undefined) {
    output.result(formatSkipped(skipped, "an explanation", false));
    return exitCodes.wrongInput.code;
  }
  const page = join(folder, "explanation.html");
  const title =
    records.length === 1 ? `What the model sees in ${records[0].picture}` : "What the model sees";
  const shown = { title, subtitle: file, colors: choice.colors };
  await writeFile(page, pageOfSections(shown, sections.all));
  if (skipped.length > 0) output.result(formatSkipped(skipped, "an explanation", true));
  if (sections.all.length < records.length) {
    output.result(
      `\nThe page shows the first ${sections.all.length} of ${records.length} pictures; the maps of all are in ` +
        `${join(folder, "maps")}.`,
    );
  }
  output.result(`\nopen ${page}`);
  output.record({ model: file, page, pictures: records, skipped });
  const isWrong = skipped.some(({ isNamed }) => isNamed);
  return isWrong ? exitCodes.wrongInput.code : exitCodes.done.code;
}

/** A new folder, with one for the maps in it. */
async function folderFor({ out }: ExplainChoice): Promise<string> {
  const folder = await createRunFolder({
    name: "explain",
    ...(out === undefined ? {} : { exact: out }),
  });
  await mkdir(join(folder, "maps"), { recursive: true });
  return folder;
}

const describe = (layers: readonly string[], reason: string | undefined) =>
  layers.length === 0 ? "" : ` at ${layers.join(", ")}${reason === undefined ? "" : `, ${reason}`}`;

/** What machines read: everything but the pixels. */
function recordOf({ name, top, maps }: ExplainedPicture) {
  return {
    picture: name,
    classes: top,
    maps: maps.map(({ attribution, trust: evidence }) => {
      const { map, values, ...rest } = attribution;
      return { ...rest, trust: evidence };
    }),
  };
}

/** Methods from names with commas. @throws ConfigError where there is no such method. */
function methodsOf(text: string): AttributionName[] {
  const names = text.split(",").map((name) => name.trim());
  const known = Object.fromEntries((Object.keys(methods) as AttributionName[]).map((n) => [n, n]));
  return names.map((name) => lookUp(known, name, "method of attribution"));
}

/** A class by its name, or its number from 0. @throws ConfigError where there is none. */
function classOf(text: string, names: readonly string[]): number {
  const byName = names.indexOf(text);
  if (byName >= 0) return byName;
  const number = Number(text);
  if (Number.isInteger(number) && number >= 0 && number < names.length) return number;
  return lookUp(Object.fromEntries(names.map((name, i) => [name, i])), text, "class");
}

const batchOf = ({ data, shape }: Pixels): Pixels => ({ data, shape: [1, ...shape] });

/** Addresses are longer than names of files may be. */
const longestName = 80;

/** A name for a file from a picture's path or address. */
function fileName(name: string, i: number): string {
  const plain = basename(name, extname(name)).replaceAll(/[^\w.-]+/g, "-");
  return `${i + 1}-${plain.slice(0, longestName)}`;
}

/** Pictures one at a time: each is read when it is asked for. Those that cannot be read are added to `skipped`. */
export async function* picturesIn(
  paths: readonly string[],
  { trained }: Pick<Trained, "trained">,
  skipped: Skipped[],
): AsyncGenerator<ReadPicture> {
  const options = decodingFor(trained.model);
  const found = await candidatesFor(paths);
  skipped.push(...found.skipped);
  for (const candidate of found.candidates) {
    const image = await readImage(candidate.path, options).catch((error: unknown) => whyNot(error));
    if ("reason" in image) skipped.push({ ...candidate, ...image });
    else yield { name: candidate.path, picture: image };
  }
}

/** For each true and predicted class that occur together, the picture of which the model is surest. */
async function picturesByCell(
  path: string,
  { trained, choice }: Trained,
  names: readonly string[],
  output: Output,
): Promise<ReadPicture[]> {
  const data = { ...choice, data: path };
  const pictures = picturesFor(trained, choice);
  const { images, isLabelled } = await loadImages(data, listenerFor(output), pictures);
  if (!isLabelled) {
    throw new ConfigError({
      what: "--by-cell needs pictures whose classes are known.",
      expected: "a folder with a folder for each class, or a table of labels",
      received: path,
    });
  }
  const surest = new Map<string, { probability: number; picture: Pixels }>();
  for (let first = 0; first < countOf(images); first += batchSize) {
    const part = await sliceSet(images, first, Math.min(countOf(images), first + batchSize));
    const { probabilities, predictions } = await classify(trained.model, part.x, batchSize);
    const [count, ...shape] = part.x.shape;
    const each = part.x.data.length / count;
    predictions.forEach((predicted, i) => {
      const cell = `${names[part.y.data[i]]} taken for ${names[predicted]}`;
      const probability = probabilities.data[i * names.length + predicted];
      if (probability <= (surest.get(cell)?.probability ?? 0)) return;
      const pixels = part.x.data.slice(i * each, (i + 1) * each);
      surest.set(cell, { probability, picture: { data: pixels, shape } });
    });
  }
  if (surest.size === 0)
    throw new DataError({
      what: "There is no picture to explain.",
      expected: "pictures",
      received: path,
    });
  return [...surest]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, { picture }]) => ({
      name: name.replace(/^(.*) taken for \1$/, "$1, right"),
      picture,
    }));
}
