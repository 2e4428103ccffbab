// The commands: one file each, one row each, loaded only when called.

import type { Command } from "../command.ts";

/** A command as `fovea --help` lists it. */
export interface CommandRow {
  readonly summary: string;
  load(): Promise<Command>;
}

/** Every command by its name, in the order of a user's way. */
export const commands = {
  train: {
    summary: "train a network and write a run folder",
    load: async () => (await import("./train.ts")).train,
  },
  evaluate: {
    summary: "measure a trained model on test images",
    load: async () => (await import("./evaluate.ts")).evaluate,
  },
  compare: {
    summary: "train or measure several models, and compare them",
    load: async () => (await import("./compare.ts")).compare,
  },
  predict: {
    summary: "say what pictures show: classes, boxes or masks",
    load: async () => (await import("./predict.ts")).predict,
  },
  explain: {
    summary: "show where a model looks, and how far to trust it",
    load: async () => (await import("./explain.ts")).explain,
  },
  stylize: {
    summary: "repaint a photograph in the style of a painting",
    load: async () => (await import("./stylize.ts")).stylize,
  },
  filters: {
    summary: "draw the filters that a layer has learned",
    load: async () => (await import("./inside.ts")).filters,
  },
  features: {
    summary: "draw what a layer makes of a picture",
    load: async () => (await import("./inside.ts")).features,
  },
  network: {
    summary: "draw what all layers make of a picture",
    load: async () => (await import("./inside.ts")).network,
  },
  lesson: {
    summary: "draw how convolutional networks compute",
    load: async () => (await import("./lesson.ts")).lesson,
  },
  report: {
    summary: "write the report of a run again, or compare runs",
    load: async () => (await import("./report.ts")).report,
  },
  "lr-find": {
    summary: "find a good learning rate",
    load: async () => (await import("./lr-find.ts")).lrFind,
  },
  summary: {
    summary: "show the layers of a model or an architecture",
    load: async () => (await import("./summary.ts")).summary,
  },
  models: {
    summary: "list the architectures, or show one",
    load: async () => (await import("./models.ts")).models,
  },
  convert: {
    summary: "convert a model to another file format",
    load: async () => (await import("./convert.ts")).convert,
  },
  datasets: {
    summary: "list the datasets, or download one",
    load: async () => (await import("./datasets.ts")).datasets,
  },
  augment: {
    summary: "show what augmentation makes of a picture",
    load: async () => (await import("./augment.ts")).augment,
  },
  bench: {
    summary: "measure how fast this machine trains and predicts",
    load: async () => (await import("./bench.ts")).bench,
  },
} as const satisfies Record<string, CommandRow>;
