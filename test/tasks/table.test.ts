// The table of tasks: a row for each name, and models whose files name a task that there is not.

import { expect, test } from "vitest";
import { taskNames } from "../../src/tasks/names.ts";
import { taskNamed, taskOf } from "../../src/tasks/table.ts";

test.each(taskNames)("%s has a row, under its own name", async (name) => {
  const task = await taskNamed(name);
  expect(task.name).toBe(name);
  expect(task.judge.name).toMatch(/^val_/);
  expect(task.pace.leastEpochs).toBeLessThanOrEqual(task.pace.mostEpochs);
});

test("a model whose file says nothing tells classes apart", async () => {
  expect((await taskOf(undefined, "model.keras")).name).toBe("classify");
});

test("a model for a task that there is not is refused with the closest", () => {
  expect(() => taskOf({ name: "clasify" }, "model.keras")).toThrow(
    /model\.keras holds a model for a task.*\n.*\n.*clasify\n.*"classify"/,
  );
});
