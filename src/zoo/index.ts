// The architectures that Fovea knows by name: one file each, one row each.

import { lookUp } from "../core/names.ts";
import type { Network } from "../nn/network.ts";
import { sequence } from "../nn/sequence.ts";
import type { Architecture, Fit } from "./architecture.ts";
import { lenet } from "./lenet.ts";
import { mnist } from "./mnist.ts";

export type { Architecture, Fit } from "./architecture.ts";

/** Every architecture by its name. */
export const architectures = { mnist, lenet } as const satisfies Record<string, Architecture>;

export type ArchitectureName = keyof typeof architectures;

export const architectureNames = Object.keys(architectures) as readonly ArchitectureName[];

/**
 * The network of an architecture, fitted to images `[H, W, C]` and a number of classes.
 *
 * @throws ConfigError where there is no such architecture, with a close one if there is; ShapeError
 * where the images are too small for it.
 * @example const model = new Model(architectureFrom("lenet", { inputShape: [28, 28, 1], classes: 10 }));
 */
export function architectureFrom(name: ArchitectureName | (string & {}), fit: Fit): Network {
  const architecture = lookUp<Architecture>(architectures, name, "architecture");
  const { name: title, layers } = architecture;
  return sequence({ name: title, inputShape: fit.inputShape, layers: layers(fit) });
}
