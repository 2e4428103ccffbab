// What `fovea explain` does once the model is there: read pictures, have them explained, write the maps and the page.

import { mkdir, writeFile } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { lookUp } from "../core/names.ts";
import type { ColorMapName } from "../explain/colors.ts";
import { type AttributionName, methods } from "../explain/methods/table.ts";
import { overlay } from "../explain/overlay.ts";
import { type DecodeImageOptions, readImage } from "../images/decode.ts";
import { encodeImage } from "../images/encode.ts";
import { type ExplainedMap, pageOfSections, pictureSection } from "../report/explanation-page.ts";
import { createRunFolder } from "../report/run-folder.ts";
import type { Explanation, NamedPicture } from "../tasks/task.ts";
import { exitCodes } from "./exit.ts";
import { listenerFor } from "./load-data.ts";
import type { Output } from "./output.ts";
import { PageSections } from "./page-sections.ts";
import { candidatesFor, formatSkipped, type Skipped, whyNot } from "./picture-files.ts";
import type { Trained } from "./trained.ts";

/** What was typed. */
export interface ExplainChoice {
  readonly method?: string | undefined;
  readonly layer?: string | undefined;
  readonly class?: string | undefined;
  readonly byCell: boolean;
  readonly trust: "yes" | "no";
  readonly colors: ColorMapName;
  readonly out?: string | undefined;
}

/** Explains, writes and prints, and gives the exit code. */
export async function explainPictures(
  paths: readonly string[],
  { task, trained, file, choice: data }: Trained,
  choice: ExplainChoice,
  output: Output,
): Promise<number> {
  const { colors } = choice;
  const { decoding, classNames, explain } = task.explainer(trained, {
    methods: methodsOf(choice.method),
    layer: choice.layer,
    class: choice.class,
    trust: choice.trust === "yes",
    colors,
  });
  const skipped: Skipped[] = [];
  const pictures = choice.byCell
    ? await task.surestPictures?.(trained, { ...data, data: paths[0] }, listenerFor(output))
    : picturesIn(paths, decoding, skipped);
  const sections = new PageSections();
  const records: ReturnType<typeof recordOf>[] = [];
  let folder: string | undefined;
  for await (const picture of pictures ?? []) {
    folder ??= await folderFor(choice);
    const explanation = await explain(picture);
    const { explained, says } = explanation;
    output.say(`\n${picture.name}: ${says}`);
    for (const [i, one] of explained.maps.entries()) {
      const drawn = one.shown ?? overlay(picture.picture, one.attribution.map, { colors });
      const name = `${fileName(picture.name, records.length)}-${mapName(explained.maps, i)}.png`;
      await writeFile(join(folder, "maps", name), await encodeImage(drawn, "png"));
      output.say(`  ${describe(one)}`);
      for (const line of one.trust?.words ?? []) output.say(`    ${line}`);
    }
    sections.add(() => pictureSection(explained, { classNames, colors }));
    records.push(recordOf(explanation));
  }
  if (folder === undefined) {
    output.result(formatSkipped(skipped, "an explanation", false));
    return exitCodes.wrongInput.code;
  }
  const page = join(folder, "explanation.html");
  const title =
    records.length === 1 ? `What the model sees in ${records[0].picture}` : "What the model sees";
  await writeFile(page, pageOfSections({ title, subtitle: file, colors }, sections.all));
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

/** The method of a map; with a number where it has several maps of one picture. */
function mapName(maps: readonly ExplainedMap[], i: number): string {
  const { subject, attribution } = maps[i];
  const isSame = (one: ExplainedMap) => one.attribution.method === attribution.method;
  const number = maps.slice(0, i + 1).filter(isSame).length;
  return subject === undefined ? attribution.method : `${attribution.method}-${number}`;
}

/** `Grad-CAM at "conv", the last layer …`; `HiResCAM: cup 0.93 at …` */
function describe({ attribution: { method, layers, reason }, subject }: ExplainedMap): string {
  const where = layers.length === 0 ? "" : ` at ${layers.join(", ")}`;
  const why = reason === undefined ? "" : `, ${reason}`;
  return `${methods[method].title}${subject === undefined ? "" : `: ${subject}`}${where}${why}`;
}

/** What machines read: everything but the pixels. */
function recordOf({ record, explained: { name, maps } }: Explanation) {
  return {
    picture: name,
    ...record,
    maps: maps.map(({ attribution, subject, trust }) => {
      const { map, values, ...rest } = attribution;
      return { ...(subject !== undefined && { subject }), ...rest, trust };
    }),
  };
}

/** Methods from names with commas. @throws ConfigError where there is no such method. */
function methodsOf(text: string | undefined): AttributionName[] | undefined {
  if (text === undefined) return undefined;
  const known = Object.fromEntries((Object.keys(methods) as AttributionName[]).map((n) => [n, n]));
  return text.split(",").map((name) => lookUp(known, name.trim(), "method of attribution"));
}

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
  decoding: DecodeImageOptions,
  skipped: Skipped[],
): AsyncGenerator<NamedPicture> {
  const found = await candidatesFor(paths);
  skipped.push(...found.skipped);
  for (const candidate of found.candidates) {
    const image = await readImage(candidate.path, decoding).catch((error: unknown) =>
      whyNot(error),
    );
    if ("reason" in image) skipped.push({ ...candidate, ...image });
    else yield { name: candidate.path, picture: image };
  }
}
