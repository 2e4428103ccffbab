// Examples of one class each, as training and measuring take them.

import { formatShape } from "../../core/shape.ts";
import { countOf } from "../../data/example-set.ts";
import { holdOut } from "../../data/hold-out.ts";
import type { ImageFolder } from "../../data/image-folder/image-folder.ts";
import { isImageSource } from "../../data/image-folder/image-source.ts";
import type { FolderFacts, LoadListener, TaskData } from "../task.ts";
import { firstBatchOf } from "./first-batch.ts";
import { measureOn } from "./measure.ts";
import { classifierFor } from "./network.ts";
import type { LoadedData } from "./pictures.ts";

/** Loaded examples, with a share of those in arrays held out; folders have held theirs out already. */
export function classifiedData(
  loaded: LoadedData,
  share: number,
  seed: number,
  listener: LoadListener,
): TaskData {
  const { name, source, test, folder } = loaded;
  const { train, validation } = divided(loaded, share, seed);
  const sets = { train, validation, test };
  return {
    name,
    source,
    counts: {
      train: countOf(train),
      validation: validation === undefined ? 0 : countOf(validation),
      test: test === undefined ? 0 : countOf(test),
    },
    classNames: train.classNames,
    ...(folder && { folder: factsOf(folder) }),
    identity: () => identityOf(loaded),
    model: (recipe, device, rate) => classifierFor(recipe, train, device, listener, rate),
    lessons: () => ({ train, validation }),
    record: () => undefined,
    firstBatch: async (model, recipe, device) =>
      folder && firstBatchOf(train, model, recipe, device),
    measure: (trained, part, batchSize) => measureOn(sets[part] ?? train, trained, part, batchSize),
    close: async () => folder?.close(),
  };
}

const factsOf = ({ counts, classWeights, skipped, warnings }: ImageFolder): FolderFacts => {
  return { counts, classWeights, skipped, warnings };
};

function divided({ train, validation }: LoadedData, share: number, seed: number) {
  if (isImageSource(train) || share === 0) return { train, validation };
  const held = holdOut(train, share, seed);
  return { train: held.training, validation: held.validation ?? validation };
}

/** Images and labels, before any are held out; of pictures their files. */
function* identityOf({ train, validation, test }: LoadedData): Iterable<string | Uint8Array> {
  for (const part of [train, validation, test]) {
    if (part === undefined) continue;
    if (isImageSource(part)) {
      yield part.fingerprint;
      continue;
    }
    for (const { data, shape } of [part.x, part.y]) {
      yield `${data.constructor.name} ${formatShape(shape)}\n`;
      yield new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    }
  }
}
