// Models in files that others made or want: between a model and what such a file holds. What a kind of
// file looks like is keras/'s business.

import { sizeOf } from "../core/shape.ts";
import { printWarning } from "../core/warn.ts";
import { checkWeights } from "../interchange/check-weights.ts";
import { modelFormats } from "../interchange/index.ts";
import { trainingOr } from "../interchange/keras/training-in.ts";
import { withZeroPadding } from "../interchange/keras/zero-padding.ts";
import type { ModelFormat } from "../interchange/model-format.ts";
import { ofFile, refuse } from "../interchange/refuse.ts";
import type { SymbolicOutputs } from "../nn/network.ts";
import type { LoadedModel, LoadOptions, SaveOptions } from "./checkpoint.ts";
import { untrained } from "./fit.ts";
import { Model } from "./model.ts";

/** Numbers that a file may leave to the model that is made of it. */
const mostLeftOut = 2 ** 24;

/** Writes `model` as one of those files. @throws FormatError where the file cannot hold it. */
export async function writeModelFile(
  model: Model<SymbolicOutputs>,
  path: string,
  format: ModelFormat,
  // A file for browsers is small unless asked for more.
  {
    classNames,
    training = format !== modelFormats[".json"],
    onWarning = printWarning,
  }: SaveOptions,
): Promise<void> {
  const { weights, slots, progress } = model.getState();
  await format.write(
    path,
    {
      network: withZeroPadding(model.network),
      weights,
      slots,
      iterations: progress.iterations,
      settings: training ? model.settings : undefined,
      learningRate: model.rateSetting,
      classNames,
    },
    { warn: onWarning },
  );
}

/** The model of one of those files. @throws FormatError where it is damaged, or does not fit. */
export async function readModelFile(
  path: string,
  format: ModelFormat,
  { customLayers, training, loss, metrics = [], inputShape, onWarning, ...options }: LoadOptions,
): Promise<LoadedModel> {
  const warn = onWarning ?? printWarning;
  const own = loss === undefined ? { metrics } : { metrics, loss };
  const stored = await format.read(path, { customLayers, training, inputShape, own, warn });
  return ofFile(path, () => {
    const { network, compile, classNames } = stored;
    // Before the model makes room: the description may ask for more than the file holds.
    // What the file leaves out are statistics, which are small.
    const firsts = network.weights.filter(({ fullName }) => !stored.weights.has(fullName));
    checkWeights(network, new Map([...firsts.map(emptyOf), ...stored.weights]));
    const left = firsts.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    if (left > mostLeftOut) {
      refuse({
        what: "The file leaves out values that only small layers may leave out.",
        expected: `at most ${mostLeftOut} numbers`,
        received: left,
      });
    }
    const model = new Model(network, options);
    const weights =
      firsts.length === 0 ? stored.weights : new Map([...model.getWeights(), ...stored.weights]);
    const compiled =
      compile !== undefined && trainingOr(path, warn, () => model.compile(compile)) !== undefined;
    const { slots, iterations } = compiled ? stored : { slots: new Map(), iterations: 0 };
    model.setState({ weights, slots, progress: { ...untrained, iterations } });
    return { model, classNames };
  });
}

/** A weight that the file leaves to the model, for the check alone. */
function emptyOf({ fullName, shape }: { fullName: string; shape: readonly number[] }) {
  return [fullName, { data: new Float32Array(), shape }] as const;
}
