// The table of a network as data: what Keras says of each layer, with multiply-adds and receptive field.
// format-summary.ts makes text of it.

import { sizeOf } from "../core/shape.ts";
import { isNetwork, type Network, type PlacedLayer } from "./network.ts";
import { type Field, receptiveFields } from "./receptive-field.ts";
import type { SymbolicTensor } from "./symbolic.ts";

/** One row of the table. */
export interface SummaryRow {
  readonly name: string;
  readonly className: string;
  /** The shape of each result, with N as null; of the last use, where a layer is used twice. */
  readonly outputShapes: readonly (readonly (number | null)[])[];
  readonly parameters: number;
  readonly trainable: boolean;
  /** The values that it is applied to, use by use: name, use and result, as in `add[0][0]`. */
  readonly connectedTo: readonly string[];
  /** Multiply-adds for one example, of all uses. */
  readonly macs: number;
  /** Height and width of the input pixels that one result depends on; the image's at most. */
  readonly receptiveField: readonly [number, number];
  /** The rows of a network that is used as a layer. */
  readonly rows?: readonly SummaryRow[];
}

/** The whole table. */
export interface Summary {
  readonly name: string;
  readonly rows: readonly SummaryRow[];
  /** Whether each layer is applied to the one before it: then nobody needs to be told to what. */
  readonly inARow: boolean;
  readonly parameters: number;
  readonly trainableParameters: number;
  readonly macs: number;
}

/** The table of `network` as data. */
export function summarize(network: Network): Summary {
  const rows = rowsOf(network, undefined, network.inputShape);
  const { weights } = network;
  const total = (some: typeof weights) => some.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  return {
    name: network.name,
    rows,
    inARow: isInARow(network),
    parameters: total(weights),
    trainableParameters: total(weights.filter(({ trainable }) => trainable)),
    macs: macsOf(network),
  };
}

function macsOf({ steps }: Network): number {
  return steps.reduce((sum, { plan }) => sum + plan.macs, 0);
}

/** Whether no value is used twice, no layer is, and none takes several values. */
function isInARow({ inputs, layers, applications }: Network): boolean {
  const used = applications.flatMap((application) => application.inputs);
  return (
    inputs.length === 1 &&
    applications.every((application) => application.inputs.length === 1) &&
    new Set(used).size === used.length &&
    layers.every((layer) => layer.applications.length === 1)
  );
}

function rowsOf(
  network: Network,
  inputs: readonly Field[] | undefined,
  image: readonly number[],
): SummaryRow[] {
  const fields = receptiveFields(network, inputs);
  const fieldOf = (tensor: SymbolicTensor) => fields.get(tensor);
  const limit = image.length === 3 ? image : [1, 1];
  return network.layers.map((placed): SummaryRow => {
    const { name, layer, applications } = placed;
    const last = applications[applications.length - 1];
    const size = fieldOf(last.outputs[0])?.size ?? [1, 1];
    // Up-sampling makes steps of parts of a pixel; a part that is seen is a pixel that counts.
    const seen = size.map((pixels) => Math.ceil(pixels - 1e-6));
    const connected = applications.flatMap((application) => application.inputs);
    const row = {
      name,
      className: layer.className,
      outputShapes: last.outputs.map(({ shape }) => [null, ...shape]),
      parameters: parametersOf(placed),
      trainable: layer.trainable,
      connectedTo: connected.map((tensor) => {
        const [from, use, index] = network.referenceTo(tensor);
        return `${from}[${use}][${index}]`;
      }),
      macs: applications.reduce(
        (sum, { plan }) => sum + (isNetwork(layer) ? macsOf(layer) : (plan?.macs ?? 0)),
        0,
      ),
      receptiveField: [Math.min(seen[0], limit[0]), Math.min(seen[1], limit[1])] as const,
    };
    if (!isNetwork(layer)) return row;
    return {
      ...row,
      rows: rowsOf(
        layer,
        last.inputs.map((t) => fieldOf(t) as Field),
        image,
      ),
    };
  });
}

function parametersOf({ layer, applications }: PlacedLayer): number {
  if (isNetwork(layer)) return layer.parameterCount;
  const weights = applications[0].plan?.weights ?? [];
  return weights.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}
