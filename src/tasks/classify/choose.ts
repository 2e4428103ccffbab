// What to train where the options leave it open and the data is a folder of pictures: how large pictures are, which
// network, how many at a time, and when to stop. Each choice comes with its reason.

import type { Survey } from "../../data/image-folder/survey.ts";
import { formatCount } from "../../report/numbers.ts";
import type { Architecture } from "../../zoo/index.ts";
import { sizesIn } from "../phases.ts";
import type { Chosen, Given, Recipe } from "../recipe.ts";

/** Sizes to choose from. */
const sizes = [32, 48, 64, 96] as const;

/** How pictures are learned from, by how many there are at most. */
const scales = [
  {
    most: 2000,
    size: 64,
    network: "mnist",
    because: "which needs few steps: it has no batch normalization",
  },
  {
    most: 10_000,
    size: 96,
    network: "resnet-20",
    because: "which is deep, and costs no more for larger pictures than it must",
  },
  {
    most: Infinity,
    size: 64,
    network: "resnet-20",
    because: "which is deep, and has the data for it",
  },
] as const;

/** With fewer pictures steps are smaller, for there would be too few of them, and more are held out. */
const fewPictures = 4000;
const [smallBatch, largeShare] = [32, 0.2];

/** Settles what was not typed, by what the pictures are like. */
export function chooseFor(recipe: Recipe, given: Given, survey: Survey): Chosen {
  const { training, isGrey } = survey;
  const count = formatCount(training);
  const scale = scales.find(({ most }) => training <= most) ?? scales[2];
  const isFew = training < fewPictures;
  const size = recipe.size ?? sizeFor(survey, scale.size);
  const network = given.network === undefined ? scale.network : recipe.network;
  const batchSize = given.batchSize === undefined && isFew ? smallBatch : recipe.batchSize;
  const validation = given.validation === undefined && isFew ? largeShare : recipe.validation;
  const augment = given.augment === undefined ? (isGrey ? "light" : "standard") : recipe.augment;
  const reasons = [
    ...(recipe.size === undefined ? [sizeReason(survey, size)] : []),
    ...(given.network === undefined ? [`network ${network}, ${scale.because}`] : []),
    ...(batchSize === recipe.batchSize
      ? []
      : [`batches of ${batchSize}, for there are only ${count} pictures to learn from`]),
    ...(given.augment === undefined
      ? [`augmentation ${augment}: training images change from step to step, others never`]
      : []),
    ...(isGrey ? ["one channel, for all pictures are grey"] : []),
  ];
  const preprocess = {
    ...recipe.preprocess,
    size: [size, size] as [number, number],
    resize: recipe.resize,
  };
  const settled = {
    augment,
    size,
    channels: isGrey ? 1 : 3,
    network,
    batchSize,
    validation,
  } as const;
  return { recipe: { ...recipe, ...settled, preprocess }, reasons };
}

/** The same for a network on a trained base: pictures have the base's size, and its features are computed once. */
export function chooseForBase(
  recipe: Recipe,
  given: Given,
  { training, isGrey }: Survey,
  { name, inputShape: [side, , channels] }: Pick<Architecture, "name" | "inputShape">,
): Chosen {
  const isFew = training < fewPictures;
  const largest = sizesIn(recipe.sizes).at(-1);
  const size = recipe.size ?? largest ?? side;
  const batchSize = given.batchSize === undefined ? smallBatch : recipe.batchSize;
  const validation = given.validation === undefined && isFew ? largeShare : recipe.validation;
  const reasons = [
    ...(recipe.size === undefined && largest === undefined
      ? [`size ${size} x ${size}, as ${name} has learned from`]
      : []),
    ...(batchSize === recipe.batchSize ? [] : [`batches of ${batchSize}, as the head is small`]),
    ...(given.augment === undefined
      ? ["no augmentation: of pictures that stay the same, the features are computed once"]
      : []),
    ...(isGrey && channels === 3 ? ["three channels, for the base has learned from colours"] : []),
  ];
  const preprocess = { ...recipe.preprocess, size: [size, size] as const, resize: recipe.resize };
  const { phases = "two" } = recipe;
  const settled = {
    phases,
    size,
    channels: channels === 1 ? 1 : 3,
    network: name,
    batchSize,
    validation,
  };
  return { recipe: { ...recipe, ...settled, preprocess } as Recipe, reasons };
}

/** The largest size that most pictures have, up to `most`. */
function sizeFor({ size = [sizes[0], sizes[0]] }: Survey, most: number): number {
  const side = Math.min(...size);
  return sizes.filter((one) => one <= side && one <= most).at(-1) ?? Math.max(8, side);
}

function sizeReason({ size, training }: Survey, chosen: number): string {
  if (size === undefined) return `size ${chosen} x ${chosen}`;
  const [height, width] = size;
  const isCut = Math.min(height, width) >= 2 * chosen;
  const rest = isCut ? `, and ${formatCount(training)} of them teach no more detail` : "";
  return `size ${chosen} x ${chosen}: pictures are about ${width} x ${height}${rest}`;
}
