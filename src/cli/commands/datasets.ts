// `fovea datasets`: the datasets that Fovea knows by name, and fetching one of them.

import { z } from "zod";
import type { Dataset } from "../../data/datasets/dataset.ts";
import { find, names } from "../../data/datasets/index.ts";
import { defineCommand } from "../command.ts";
import { exitCodes } from "../exit.ts";
import { outputFields } from "../fields.ts";
import { showDownload } from "../load-data.ts";
import { Output } from "../output.ts";
import { formatTable } from "../table.ts";

export const datasets = defineCommand({
  description: "Lists the datasets that Fovea knows, or downloads one into Fovea's cache.",
  argument: "name",
  options: z.object({
    name: z.string().min(1).optional().meta({
      value: "name",
      description: "The dataset to download. Default: none, all are listed.",
    }),
    ...outputFields,
  }),
  examples: [
    ["fovea datasets", "What there is, and what is on this computer."],
    ["fovea datasets kmnist", "Download one."],
  ],
  async run({ name, json }) {
    const output = new Output({ json });
    if (name === undefined) await list(output);
    else await fetchOne(await find(name), output);
    return exitCodes.done.code;
  },
});

async function list(output: Output): Promise<void> {
  const rows = [];
  for (const name of names) rows.push(await recordOf(await find(name)));
  const heading = ["Name", "Images", "Size", "Classes", "Download", "Licence", "Here"];
  const cells = rows.map(({ name, images, imageShape, classes, downloadBytes, licence, place }) => [
    name,
    (images[0] + images[1]).toLocaleString("en-US"),
    imageShape.join("x"),
    String(classes),
    downloadBytes === 0 ? "none" : megabytes(downloadBytes),
    licence,
    place === undefined ? "no" : "yes",
  ]);
  const aligns = ["left", "right", "left", "right", "right", "left", "left"] as const;
  output.result(formatTable([heading, ...cells], aligns));
  for (const row of rows) output.record(row);
}

/** What is known of a dataset, as a record. */
async function recordOf(dataset: Dataset) {
  const { name, about, downloadBytes } = dataset;
  return { name, ...about, downloadBytes, place: await dataset.place() };
}

/** Downloads what is not here yet, and reads it, which checks it. */
async function fetchOne(dataset: Dataset, output: Output): Promise<void> {
  const before = await dataset.place();
  // What a system package has need not be downloaded; all else is checked by reading it.
  const isHere = before !== undefined;
  const { source } = await dataset.load({
    source: isHere ? "auto" : "download",
    onWarning: (message) => output.warn(message),
    ...(output.chatty && process.stderr.isTTY === true && { onProgress: showDownload }),
  });
  output.result(source);
  output.record({ ...(await recordOf(dataset)), source });
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(bytes < 1e8 ? 1 : 0)} MB`;
