// The phases of a network on a base: what options make of them, and where a run is that has some epochs behind it.

import { describe, expect, test } from "vitest";
import { isSpent, phasesFor, placeIn } from "../../src/tasks/phases.ts";

const epochsOf = (...losses: readonly number[]) =>
  losses.map((loss) => ({ logs: { val_loss: loss } }));

describe("phasesFor", () => {
  const base = { base: "resnet-18", phases: "two" } as const;

  test("there are none without a base", () => {
    expect(phasesFor({ phases: "two" })).toEqual([]);
    expect(phasesFor({ base: "resnet-18" })).toEqual([]);
  });

  test("they are those of the recipe, and epochs are shared", () => {
    const names = (epochs?: number) =>
      phasesFor({ ...base, epochs }).map(({ name, epochs: own }) => [name, own]);
    expect(names()).toEqual([
      ["head", 10],
      ["top layers", 10],
    ]);
    expect(names(5)).toEqual([
      ["head", 3],
      ["top layers", 2],
    ]);
    expect(names(1)).toEqual([["head", 1]]);
  });

  test("more epochs than were settled go to the last phase", () => {
    const phases = phasesFor({ ...base, epochs: 12, phaseEpochs: [4] });
    expect(phases.map(({ epochs }) => epochs)).toEqual([4, 8]);
  });

  test("the learning rate is that of the first phase, and the others follow", () => {
    const phases = phasesFor({ ...base, phases: "three", learningRate: 0.002 });
    expect(phases.map(({ learningRate }) => learningRate)).toEqual([0.002, 2e-4, 2e-5]);
  });

  test.each([
    ["12", { last: 12 }],
    ["all", { all: true }],
    ["layer4.0.conv1", { from: "layer4.0.conv1" }],
  ])("--unfreeze %s is for the second phase", (unfreeze, expected) => {
    const [head, top] = phasesFor({ ...base, unfreeze });
    expect(head.unfreeze).toBeUndefined();
    expect(top.unfreeze).toEqual(expected);
  });

  test("where there is no second phase, nothing can be unfrozen", () => {
    expect(() => phasesFor({ ...base, phases: "head", unfreeze: "20" })).toThrow(
      /--unfreeze is for the second phase/,
    );
  });
});

test("a phase is over when the validation loss has not improved for so many epochs", () => {
  expect(isSpent(epochsOf(3, 2, 2.5), 2)).toBe(false);
  expect(isSpent(epochsOf(3, 2, 2.5, 2), 2)).toBe(true);
  expect(isSpent(epochsOf(3, 2, 2.5, 1.9), 2)).toBe(false);
  expect(isSpent(epochsOf(1, 2, 3, 4, 5), 0)).toBe(false);
});

describe("placeIn", () => {
  const phases = phasesFor({ base: "resnet-18", phases: "two", epochs: 8 });

  test.each([
    ["before the first epoch", [], { index: 0, begin: 0 }],
    ["within the first phase", [3, 2, 1], { index: 0, begin: 0 }],
    ["after all of its epochs", [4, 3, 2, 1], { index: 1, begin: 4 }],
    ["after it has ended early", [3, 4, 5], { index: 1, begin: 3 }],
    ["in the second phase, whose losses are its own", [3, 4, 5, 9, 8], { index: 1, begin: 3 }],
    ["after the second has ended early", [3, 4, 5, 9, 10, 11], undefined],
    ["after all epochs", [9, 8, 7, 6, 5, 4, 3, 2], undefined],
  ])("%s", (_, losses, expected) => {
    expect(placeIn(epochsOf(...losses), phases, 2)).toEqual(expected);
  });
});
