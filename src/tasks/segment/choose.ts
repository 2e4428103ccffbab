// What to train where the options leave it open and pictures have masks: how large they are made, on which network, at
// which pace.

import { zoo } from "../../zoo/index.ts";
import { type PictureSurvey, sideFor } from "../annotated/survey.ts";
import type { Chosen, Given, Recipe } from "../recipe.ts";

/** U-Net halves images up to five times. */
const [unit, longest] = [32, 256];
const [plainNetwork, usualBatch, usualRate] = ["unet", 4, 2e-3];

/** Settles what was not typed. @throws ConfigError where there is no such architecture. */
export async function chooseSegmenter(
  recipe: Recipe,
  given: Given,
  survey: PictureSurvey,
): Promise<Chosen> {
  const isOpen = (name: keyof Recipe) => given[name] === undefined;
  const size = recipe.size ?? sideFor(survey, unit, longest);
  const network = await networkOf(recipe, given);
  const settled = {
    size,
    channels: 3 as const,
    network,
    batchSize: isOpen("batchSize") ? usualBatch : recipe.batchSize,
    learningRate: recipe.learningRate ?? usualRate,
    validation: isOpen("validation") ? 0.2 : recipe.validation,
    augment: isOpen("augment") ? ("light" as const) : recipe.augment,
    loss: "weightedSum",
  };
  const reasons = [
    ...(recipe.size === undefined ? [sizeReason(survey, size, recipe.patches)] : []),
    ...(recipe.base === undefined && isOpen("network")
      ? [`network ${network}, which begins at random; --base takes the features of a trained one`]
      : []),
    ...(isOpen("augment")
      ? ["augmentation light: training images and their masks change from step to step"]
      : []),
  ];
  return { recipe: { ...recipe, ...settled }, reasons };
}

/** U-Net, or the encoder of one. */
async function networkOf({ base, network }: Recipe, given: Given): Promise<string> {
  if (base !== undefined) return (await zoo.architecture(base)).name;
  return given.network === undefined ? plainNetwork : (await zoo.architecture(network)).name;
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
