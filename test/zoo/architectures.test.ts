// Every architecture of the zoo: its name, its size against the published number, its refusals.

import { expect, test } from "vitest";
import { type ArchitectureName, architectureFrom, zoo } from "../../src/zoo/index.ts";

const fit = { inputShape: [28, 28, 1], classes: 10 };

/** Parameters on 28 x 28 grey images and 10 classes. */
const parameters = { mnist: 93_322, lenet: 61_706, resnet: 273_754 } as const satisfies Record<
  ArchitectureName,
  number
>;

const names = Object.keys(zoo) as ArchitectureName[];

test.each(names)("%s goes by its own name, and is described", (name) => {
  expect(zoo[name].name).toBe(name);
  expect(zoo[name].description).not.toBe("");
});

test.each(names)("%s has as many parameters as published", (name) => {
  expect(architectureFrom(name, fit).parameterCount).toBe(parameters[name]);
});

test.each(names)("%s ends in one score a class, for images of other sizes too", (name) => {
  const network = architectureFrom(name, { inputShape: [40, 32, 3], classes: 7 });
  expect(network.name).toBe(name);
  expect(network.outputShape).toEqual([7]);
});

test("an unknown name is answered with the closest", () => {
  expect(() => architectureFrom("lenett", fit)).toThrow('did you mean "lenet"?');
});
