// Keras's operation with several results: with us a slice for each of them.

import { freeName } from "../../nn/naming.ts";
import type { TensorReference, UnitConfig } from "../../nn/network-config.ts";
import { splitKeys } from "../../nn/symbolic-operations.ts";
import { listIn, recordOf, refuse } from "../refuse.ts";
import { decodeNodes } from "./inbound-nodes.ts";
import { isOperation, operationKind, splitClass, splitIn } from "./operation.ts";

/** An entry of a file's list of layers, looked at. */
interface Entry {
  readonly entry: unknown;
  readonly name: string;
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly nodes: readonly unknown[];
}

/** A unit of a file, and the tensors of each of its uses. */
export interface FoundUnit {
  readonly name: string;
  readonly unit: UnitConfig;
  readonly inputs: readonly (readonly TensorReference[])[];
}

/** The parts of each split among `entries`, by the split's name; the first part has that name. */
export function splitsIn(entries: readonly Entry[]): ReadonlyMap<string, readonly FoundUnit[]> {
  const taken = new Set(entries.map(({ name }) => name));
  const splits = entries.filter(
    ({ entry, className }) => className === splitClass && isOperation(entry),
  );
  return new Map(
    splits.map(({ name, config, nodes }) => {
      const { sections, axis } = splitIn(config);
      const inputs = decodeNodes(nodes, name);
      const parts = splitKeys(inputShape(nodes, name), sections, axis).map((key, i): FoundUnit => {
        const own = i === 0 ? name : freeName(`${name}_${i}`, taken);
        taken.add(own);
        const options = { name: own, operation: "slice", settings: { key } };
        return { name: own, unit: { kind: operationKind, options }, inputs };
      });
      return [name, parts];
    }),
  );
}

/** The shape of what is split, without N, as its use states it. */
function inputShape(nodes: readonly unknown[], name: string): readonly number[] {
  const title = `The use of "${name}"`;
  const [tensor] = listIn(recordOf(nodes[0], title).args, title);
  const { shape } = recordOf(recordOf(tensor, title).config, title);
  const [, ...sizes] = listIn(shape, title);
  if (
    sizes.length <= 8 &&
    sizes.every((size) => Number.isSafeInteger(size) && Number(size) <= 1e6)
  ) {
    return sizes as number[];
  }
  return refuse({
    what: `The shape of what "${name}" (${splitClass}) cuts is not described.`,
    expected: "[null, height, width, channels], with only the first unknown",
    received: shape,
  });
}
