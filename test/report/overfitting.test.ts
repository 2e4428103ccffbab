// What the curves say of overfitting.

import { expect, test } from "vitest";
import { overfittingNote } from "../../src/report/overfitting-note.ts";

const historyOf = (...logs: readonly Record<string, number>[]) =>
  logs.map((one, i) => ({ epoch: i + 1, seconds: 1, logs: one }));

test("a validation loss that rises while the training loss falls is told, with the epoch", () => {
  const note = overfittingNote(
    historyOf(
      { loss: 0.5, val_loss: 0.4 },
      { loss: 0.2, val_loss: 0.35 },
      { loss: 0.05, val_loss: 0.64 },
    ),
  );
  expect(note).toContain("lowest in epoch 2, at 0.350");
  expect(note).toContain("validation loss 0.640");
});

test("a validation loss far above the training loss is told", () => {
  const note = overfittingNote(
    historyOf({ loss: 0.9, val_loss: 0.9 }, { loss: 0.001, val_loss: 0.64 }),
  );
  expect(note).toContain("does much better on the training images");
});

test.each([
  [[]],
  [[{ loss: 0.2 }]],
  [
    [
      { loss: 0.4, val_loss: 0.4 },
      { loss: 0.36, val_loss: 0.39 },
    ],
  ],
  [[{ loss: 0.004, val_loss: 0.04 }]],
  [[{ loss: 0.5, val_loss: Number.NaN }]],
])("sound curves are left alone: %j", (logs) => {
  expect(overfittingNote(historyOf(...logs))).toBeUndefined();
});
