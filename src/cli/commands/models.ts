// `fovea models`: the architectures of the zoo, and all that is known of one of them.

import { z } from "zod";
import { formatSummary } from "../../nn/format-summary.ts";
import { summarize } from "../../nn/summary.ts";
import { type Architecture, type Comparison, compareFigures, zoo } from "../../zoo/index.ts";
import { type Overview, overviewOf } from "../../zoo/overview.ts";
import { weightsHere } from "../../zoo/weights/fetch-weights.ts";
import { defineCommand } from "../command.ts";
import { exitCodes } from "../exit.ts";
import { architectureField, outputFields } from "../fields.ts";
import { Output, standardOutput } from "../output.ts";
import { type Align, formatTable } from "../table.ts";

export const models = defineCommand({
  description:
    "Lists the architectures of the zoo. With a name, shows its layers, its published numbers beside the counted ones, " +
    "its options, its weights and its paper.",
  options: z.object({
    architecture: architectureField.optional().meta({
      ...architectureField.meta(),
      shownChoices: "",
      description: "The architecture to show. Default: a list of all.",
    }),
    ...outputFields,
  }),
  argument: "architecture",
  examples: [
    ["fovea models", "All architectures."],
    ["fovea models resnet-50", "Layers and numbers of one."],
  ],
  async run({ architecture: name, json }) {
    const output = new Output({ json });
    if (name === undefined) await list(output);
    else await show(await zoo.architecture(name), output);
    return exitCodes.done.code;
  },
});

const none = "-";

const headings = ["name", "year", "input", "parameters", "GMACs", "top-1", "licence", "weights"];
const aligns: Align[] = ["left", "right", "left", "right", "right", "right", "left", "left"];

/** The weights of an architecture, and whether they are on this computer. */
interface Available {
  readonly weights: readonly {
    readonly name: string;
    readonly licence: string;
    readonly here: boolean;
  }[];
}

async function availableOf({ name, weights }: Architecture): Promise<Available> {
  const places = await Promise.all(weights.map((source) => weightsHere(name, source)));
  return {
    weights: weights.map((source, i) => {
      return { name: source.name, licence: source.licence, here: places[i] !== undefined };
    }),
  };
}

async function list(output: Output): Promise<void> {
  const rows = await Promise.all(
    zoo.names.map(async (name) => {
      const architecture = await zoo.architecture(name);
      return { ...overviewOf(architecture), ...(await availableOf(architecture)) };
    }),
  );
  output.result(formatTable([headings, ...rows.map(cellsOf)], aligns));
  output.result(
    "\nparameters  all numbers in the weights, with the moving statistics of batch normalization, which PyTorch leaves out" +
      "\nGMACs       billions of multiply-adds of one image" +
      "\ntop-1       the published share of ImageNet's validation images whose class is found" +
      "\nweights     published ones; * marks those on this computer, the others are downloaded when they are first used" +
      "\n\nfovea models NAME shows the layers, published numbers, options, weights and paper of one.",
  );
  for (const row of rows) output.record(row);
}

function cellsOf(row: Omit<Overview, "weights"> & Available): string[] {
  const { name, year, inputShape, parameters, gmacs, top1, weights } = row;
  const licences = new Set(weights.map(({ licence }) => licence));
  return [
    name,
    String(year),
    inputShape.join("x"),
    parameters.toLocaleString("en-US"),
    gmacs < 0.1 ? gmacs.toFixed(4) : gmacs.toFixed(3),
    top1 === undefined ? none : `${top1.toFixed(1)} %`,
    [...licences].join(", ") || none,
    weights.map((one) => `${one.name}${one.here ? " *" : ""}`).join(", ") || none,
  ];
}

async function show(architecture: Architecture, output: Output): Promise<void> {
  const { title, family, year, description, paper, features, options, weights } = architecture;
  const network = architecture.build();
  const summary = summarize(network);
  const comparisons = compareFigures(architecture);
  output.result(formatSummary(summary, { width: standardOutput.longestLine }));
  output.result(`\n${title} (${year}, ${family})\n${description}\n${paper}`);
  output.result(`\nPublished numbers, and counted ones\n${figuresTable(comparisons)}`);
  const accuracies = accuraciesText(architecture);
  if (accuracies !== undefined) output.result(accuracies);
  output.result(
    `\nThe last layer of each stage, for detectors and segmentation\n${formatTable(Object.entries(features()), twoColumns)}`,
  );
  if (Object.keys(options).length > 0) output.result(`\nOptions\n${optionsTable(architecture)}`);
  const places = await Promise.all(weights.map((source) => weightsHere(architecture.name, source)));
  output.result(`\nWeights\n${weightsText(architecture, places)}`);
  output.record({
    ...overviewOf(architecture),
    description,
    paper,
    features: features(),
    options: Object.entries(options).map(([name, kind]) => ({
      name,
      default: kind.default,
      description: kind.description,
    })),
    figures: comparisons,
    accuracies: architecture.figures.filter(({ top1 }) => top1 !== undefined),
    weights: weights.map((source, i) => ({ ...source, here: places[i] !== undefined })),
    summary,
  });
}

/** Published accuracies as they are: they are measured on ImageNet, and not here. */
function accuraciesText({ figures }: Architecture): string | undefined {
  const texts = figures.flatMap(({ top1, source, options: built }) =>
    top1 === undefined
      ? []
      : [
          `${top1.toFixed(1)} % (${source}${built === undefined ? "" : ` ${JSON.stringify(built)}`})`,
        ],
  );
  return texts.length === 0 ? undefined : `Published top-1 on ImageNet: ${texts.join(", ")}`;
}

const twoColumns: Align[] = ["left", "left"];

const figureNames: Readonly<Record<Comparison["figure"], string>> = {
  parameters: "parameters",
  trainableParameters: "trainable parameters",
  parametersWithoutTop: "parameters without top",
  gmacs: "GMACs",
};

function figuresTable(comparisons: readonly Comparison[]): string {
  const rows = comparisons.map((comparison) => {
    const { source, options, figure, published, counted, agrees } = comparison;
    const text = (number: number) =>
      figure === "gmacs" ? formatGmacs(number) : number.toLocaleString("en-US");
    const place = options === undefined ? "" : JSON.stringify(options);
    return [agrees ? "✓" : "✗", figureNames[figure], text(published), text(counted), source, place];
  });
  const heading = ["", "figure", "published", "counted", "source", "built with"];
  return formatTable([heading, ...rows], ["left", "left", "right", "right", "left", "left"]);
}

const formatGmacs = (number: number) => number.toFixed(4).replace(/0+$/, "");

function optionsTable({ options }: Architecture): string {
  const rows = Object.entries(options).map(([name, { default: preset, description }]) => [
    name,
    String(preset),
    description,
  ]);
  return formatTable([["option", "default", "meaning"], ...rows], ["left", "left", "left"]);
}

function weightsText(
  { name: own, weights }: Architecture,
  places: readonly (string | undefined)[],
): string {
  if (weights.length === 0) return "No published weights are known to Fovea; they begin at random.";
  const rows = weights.map(({ name, licence, url }, i) => [
    name,
    licence,
    places[i] === undefined ? "no, downloaded when first used" : places[i],
    url,
  ]);
  const columns = ["name", "licence", "on this computer", "from"];
  const [{ name }] = weights;
  return (
    `${formatTable([columns, ...rows], ["left", "left", "left", "left"])}\n\n` +
    `For pictures of your own:  fovea train --base ${own} --data ./photos\n` +
    `To predict with them:      fovea predict cat.jpg --model ${own} --weights ${name}`
  );
}
