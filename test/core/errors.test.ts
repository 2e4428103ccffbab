// Errors say what happened, what was expected, what was received and what to do.

import { expect, test } from "vitest";
import * as errors from "../../src/core/errors.ts";

const facts = {
  what: "The door is shut.",
  expected: "an open door",
  received: "a shut one",
  fix: "open it",
};

test("the message lists every fact that is known, and no other", () => {
  expect(new errors.FoveaError(facts).message).toBe(
    "The door is shut.\n  expected: an open door\n  received: a shut one\n  to do:    open it",
  );
  expect(new errors.FoveaError({ what: "The door is shut." }).message).toBe("The door is shut.");
});

test.each(Object.entries(errors))("%s keeps its name, its facts and its parent", (name, Kind) => {
  const error = new Kind(facts);
  expect(error.name).toBe(name);
  expect(error.facts).toBe(facts);
  expect(error).toBeInstanceOf(errors.FoveaError);
  expect(error).toBeInstanceOf(Error);
});

test("the error underneath is kept", () => {
  const cause = new Error("rust");
  expect(new errors.FormatError({ ...facts, cause }).cause).toBe(cause);
  expect("cause" in new errors.FormatError(facts)).toBe(false);
});
