// The architectures that Fovea knows by name: one file each, one row each.

import { lookUp } from "../core/names.ts";
import type { Network } from "../nn/network.ts";
import type { Architecture, Fit } from "./architecture.ts";
import { lenet } from "./lenet.ts";
import { mnist } from "./mnist.ts";
import { resnet } from "./resnet.ts";

export type { Architecture, Fit } from "./architecture.ts";

/**
 * Every architecture by its name.
 *
 * @example const classifier = model(zoo.resnet.build({ inputShape: [32, 32, 3], classes: 10 }));
 */
export const zoo = { mnist, lenet, resnet } as const satisfies Record<string, Architecture>;

export type ArchitectureName = keyof typeof zoo;

export const architectureNames = Object.keys(zoo) as readonly ArchitectureName[];

/**
 * The network of an architecture, fitted to images `[H, W, C]` and a number of classes.
 *
 * @throws ConfigError where there is no such architecture, with a close one if there is; ShapeError
 * where the images are too small for it.
 * @example const model = model(architectureFrom("lenet", { inputShape: [28, 28, 1], classes: 10 }));
 */
export function architectureFrom(name: ArchitectureName | (string & {}), fit: Fit): Network {
  return lookUp<Architecture>(zoo, name, "architecture").build(fit);
}
