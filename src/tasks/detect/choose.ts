// What to train where the options leave it open and pictures have boxes: how large they are made, on which network, at
// which pace.

import { settle, type UsualChoice } from "../annotated/choice.ts";
import type { PictureSurvey } from "../annotated/survey.ts";
import type { Chosen, Given, Recipe } from "../recipe.ts";

/** Sides are multiples of the coarsest stride; the rate is AdamW's for networks of this kind. */
const usual: UsualChoice = {
  unit: 32,
  longest: 320,
  network: "custom-cnn",
  batchSize: 8,
  learningRate: 1e-3,
  augment: "standard",
  optimizer: "adamW",
  loss: "detection",
};

/** Settles what was not typed. @throws ConfigError where there is no such architecture. */
export async function chooseDetector(
  recipe: Recipe,
  given: Given,
  survey: PictureSurvey,
): Promise<Chosen> {
  const isOpen = (name: keyof Recipe) => given[name] === undefined;
  const settled = await settle(recipe, given, survey, usual);
  const reasons = [
    ...(recipe.size === undefined ? [sizeReason(survey, settled.size)] : []),
    ...(recipe.base === undefined && isOpen("network")
      ? [
          `network ${settled.network}, which begins at random; with --base one that is trained already learns from fewer pictures`,
        ]
      : []),
    ...(isOpen("augment")
      ? ["augmentation standard: place, size, colours and mirror images change from step to step"]
      : []),
  ];
  return { recipe: { ...recipe, ...settled }, reasons };
}

function sizeReason({ size }: PictureSurvey, chosen: number): string {
  const whole = `size ${chosen} x ${chosen}`;
  if (size === undefined) return whole;
  const [height, width] = size;
  return `${whole}: pictures are about ${width} x ${height}`;
}
