// What to train where the options leave it open and pictures have masks: how large they are made, on which network, at
// which pace.

import { settle, type UsualChoice } from "../annotated/choice.ts";
import type { PictureSurvey } from "../annotated/survey.ts";
import type { Chosen, Given, Recipe } from "../recipe.ts";

/** U-Net halves images up to five times. */
const usual: Omit<UsualChoice, "optimizer"> = {
  unit: 32,
  longest: 256,
  network: "unet",
  batchSize: 4,
  learningRate: 2e-3,
  augment: "light",
  loss: "weightedSum",
};

/** Settles what was not typed. @throws ConfigError where there is no such architecture. */
export async function chooseSegmenter(
  recipe: Recipe,
  given: Given,
  survey: PictureSurvey,
): Promise<Chosen> {
  const isOpen = (name: keyof Recipe) => given[name] === undefined;
  const { optimizer } = recipe;
  const settled = await settle(recipe, given, survey, { ...usual, optimizer });
  const reasons = [
    ...(recipe.size === undefined ? [sizeReason(survey, settled.size, recipe.patches)] : []),
    ...(recipe.base === undefined && isOpen("network")
      ? [
          `network ${settled.network}, which begins at random; --base takes the features of a trained one`,
        ]
      : []),
    ...(isOpen("augment")
      ? ["augmentation light: training images and their masks change from step to step"]
      : []),
  ];
  return { recipe: { ...recipe, ...settled }, reasons };
}

function sizeReason({ size }: PictureSurvey, chosen: number, patches: boolean): string {
  const whole = patches ? `patches of ${chosen} x ${chosen}` : `size ${chosen} x ${chosen}`;
  if (size === undefined) return whole;
  const [height, width] = size;
  const rest =
    patches || (height <= chosen && width <= chosen)
      ? ""
      : "; --patches trains on parts in full resolution";
  return `${whole}: pictures are about ${width} x ${height}${rest}`;
}
