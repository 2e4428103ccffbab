// What tasks on annotated pictures settle in the same way.

import { zoo } from "../../zoo/index.ts";
import { progressFor } from "../base.ts";
import type { Given, Recipe } from "../recipe.ts";
import type { ModelRequest } from "./annotated-task.ts";
import { type PictureSurvey, sideFor } from "./survey.ts";

/** Where a task of this kind begins. */
export interface UsualChoice {
  /** Sides are multiples of it. */
  readonly unit: number;
  readonly longest: number;
  /** The network that begins at random. */
  readonly network: string;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly augment: "light" | "standard";
  readonly optimizer: Recipe["optimizer"];
  readonly loss: string;
}

/** The options that were not typed. @throws ConfigError where there is no such architecture. */
export async function settle(
  recipe: Recipe,
  given: Given,
  survey: PictureSurvey,
  usual: UsualChoice,
) {
  const settled = <K extends "batchSize" | "optimizer" | "augment">(name: K, value: Recipe[K]) =>
    given[name] === undefined ? value : recipe[name];
  return {
    size: recipe.size ?? sideFor(survey, usual.unit, usual.longest),
    channels: 3 as const,
    network: await networkOf(recipe, given, usual.network),
    batchSize: settled("batchSize", usual.batchSize),
    optimizer: settled("optimizer", usual.optimizer),
    learningRate: recipe.learningRate ?? usual.learningRate,
    validation: given.validation === undefined ? 0.2 : recipe.validation,
    augment: settled("augment", usual.augment),
    loss: usual.loss,
  };
}

async function networkOf({ base, network }: Recipe, given: Given, usual: string): Promise<string> {
  if (base !== undefined) return (await zoo.architecture(base)).name;
  return given.network === undefined ? usual : (await zoo.architecture(network)).name;
}

/** What every network of this kind is told: its weights, who hears of them, and how it computes. */
export function startOf({ recipe, device, listener }: ModelRequest) {
  const { base, weights = "imagenet", seed, precision } = recipe;
  return {
    weights: base === undefined || weights === "none" ? null : weights,
    onWarning: listener.onWarning,
    ...progressFor(listener),
    seed,
    precision,
    device,
  };
}
