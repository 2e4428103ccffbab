// What to train where the options leave it open and pictures have boxes: how large they are made, on which network, at
// which pace.

import { zoo } from "../../zoo/index.ts";
import type { PictureSurvey } from "../annotated/survey.ts";
import { sideFor } from "../annotated/survey.ts";
import type { Chosen, Given, Recipe } from "../recipe.ts";

/** Sides are multiples of the coarsest stride. */
const [unit, longest] = [32, 320];
/** The backbone that begins at random, and how many pictures a step has. */
const [plainBackbone, usualBatch] = ["custom-cnn", 8];
/** The highest rate of AdamW for networks of this kind. */
const usualRate = 1e-3;

/** Settles what was not typed. @throws ConfigError where there is no such architecture. */
export async function chooseDetector(
  recipe: Recipe,
  given: Given,
  survey: PictureSurvey,
): Promise<Chosen> {
  const isOpen = (name: keyof Recipe) => given[name] === undefined;
  const size = recipe.size ?? sideFor(survey, unit, longest);
  const backbone = await backboneOf(recipe, given);
  const settled = {
    size,
    channels: 3 as const,
    network: backbone,
    batchSize: isOpen("batchSize") ? usualBatch : recipe.batchSize,
    optimizer: isOpen("optimizer") ? ("adamW" as const) : recipe.optimizer,
    learningRate: recipe.learningRate ?? usualRate,
    validation: isOpen("validation") ? 0.2 : recipe.validation,
    augment: isOpen("augment") ? ("standard" as const) : recipe.augment,
    loss: "detection",
  };
  const reasons = [
    ...(recipe.size === undefined ? [sizeReason(survey, size)] : []),
    ...(recipe.base === undefined && isOpen("network")
      ? [
          `network ${backbone}, which begins at random; with --base one that is trained already learns from fewer pictures`,
        ]
      : []),
    ...(isOpen("augment")
      ? ["augmentation standard: place, size, colours and mirror images change from step to step"]
      : []),
  ];
  return { recipe: { ...recipe, ...settled }, reasons };
}

async function backboneOf({ base, network }: Recipe, given: Given): Promise<string> {
  if (base !== undefined) return (await zoo.architecture(base)).name;
  return given.network === undefined ? plainBackbone : network;
}

function sizeReason({ size }: PictureSurvey, chosen: number): string {
  const whole = `size ${chosen} x ${chosen}`;
  if (size === undefined) return whole;
  const [height, width] = size;
  return `${whole}: pictures are about ${width} x ${height}`;
}
