// How far each result of a network looks. Araujo, Norris and Sim, "Computing receptive fields of
// convolutional neural networks", Distill 2019.

import { isNetwork, type Network } from "./network.ts";
import type { Reach } from "./reach.ts";
import type { SymbolicTensor } from "./symbolic.ts";

/** What one result depends on, in pixels of the input. */
export interface Field {
  readonly size: readonly [number, number];
  /** How far apart neighbouring results look. */
  readonly jump: readonly [number, number];
}

type Both = readonly [number, number];

const pixel: Field = { size: [1, 1], jump: [1, 1] };

const largest = (a: Both, b: Both): Both => [Math.max(a[0], b[0]), Math.max(a[1], b[1])];

/** The field of a value that depends on several. */
function join(fields: readonly Field[]): Field {
  return fields.reduce((a, b) => ({
    size: largest(a.size, b.size),
    jump: largest(a.jump, b.jump),
  }));
}

function through({ size, jump }: Field, reach: Reach | undefined): Field {
  if (reach === undefined) return { size, jump };
  if (reach === "all") return { size: [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY], jump };
  const grown = (axis: 0 | 1) => size[axis] + (reach.size[axis] - 1) * jump[axis];
  return {
    size: [grown(0), grown(1)],
    jump: [jump[0] * reach.stride[0], jump[1] * reach.stride[1]],
  };
}

/** The field of every value of `network`, from those of its inputs. Default: a pixel each. */
export function receptiveFields(
  network: Network,
  inputs: readonly Field[] = network.inputs.map(() => pixel),
): Map<SymbolicTensor, Field> {
  const fields = new Map(network.inputs.map((tensor, i) => [tensor, inputs[i]]));
  const fieldOf = (tensor: SymbolicTensor) => fields.get(tensor) as Field;
  for (const { unit, plan, inputs: tensors, outputs } of network.applications) {
    const before = tensors.map(fieldOf);
    const inner = isNetwork(unit) ? receptiveFields(unit, before) : undefined;
    outputs.forEach((tensor, i) => {
      const within = isNetwork(unit) ? inner?.get(unit.outputs[i]) : undefined;
      fields.set(tensor, within ?? through(join(before), plan?.reach));
    });
  }
  return fields;
}
