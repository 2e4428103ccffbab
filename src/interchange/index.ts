// The kinds of model files that are not Fovea's own: one row each, by how their names end.

import { extname } from "node:path";
import { requirePath } from "../nn/option.ts";
import { h5Model } from "./keras/h5-model.ts";
import { kerasArchive } from "./keras/keras-archive.ts";
import type { ModelFormat } from "./model-format.ts";
import { refuse } from "./refuse.ts";
import { tensorflowJsModel } from "./tensorflow-js/model.ts";

export const modelFormats = {
  ".keras": kerasArchive,
  ".h5": h5Model,
  ".hdf5": h5Model,
  ".json": tensorflowJsModel,
} as const satisfies Readonly<Record<string, ModelFormat>>;

/** How the names of Fovea's own files end. */
const ownEnding = ".safetensors";

/**
 * The kind of model file that `path` will be; undefined where it is Fovea's own.
 *
 * @throws FormatError where its end names no kind: a model in a file of the wrong name is lost to others.
 */
export function writtenFormatOf(path: string): ModelFormat | undefined {
  requirePath("Where to save a model", path);
  const format = modelFormatOf(path);
  if (format === undefined && !path.toLowerCase().endsWith(ownEnding)) {
    refuse({
      what: `The end of ${path} does not say what kind of file to write.`,
      expected: [ownEnding, ...Object.keys(modelFormats)].join(", "),
      received: extname(path) || "none of them",
      fix: "Give the name one of these ends.",
    });
  }
  return format;
}

/** The kind of model file that `path` names; undefined where it is Fovea's own. */
export function modelFormatOf(path: string): ModelFormat | undefined {
  requirePath("The file of a model", path);
  const name = path.toLowerCase();
  if (name.endsWith(".weights.h5")) {
    refuse({
      what: `${path} is the name of a file of weights, which holds no model.`,
      expected: Object.keys(modelFormats).join(", "),
      received: ".weights.h5",
      fix: "Use model.saveWeights and model.loadWeights, or another name.",
    });
  }
  return Object.entries(modelFormats).find(([ending]) => name.endsWith(ending))?.[1];
}
