// Which register a value gets: that of an operand which ends with it, so that nothing has to be moved.

import { expect, test } from "vitest";
import { allocate, type Lifetime } from "../../../src/machine/x64/allocate.ts";

const lifetime = (value: string, first: number, last: number, madeOf: string[] = []) =>
  ({ value, first, last, weight: 1, madeOf }) satisfies Lifetime<string>;

test("a value takes over the register of an operand that ends where it begins", () => {
  const lifetimes = [
    lifetime("x", 0, 9),
    lifetime("y", 1, 4),
    lifetime("sum", 4, 6, ["x", "y"]),
    lifetime("product", 6, 9, ["sum", "x"]),
  ];
  const { locations, slots } = allocate(lifetimes, [3, 5, 7]);
  expect(slots).toBe(0);
  expect(locations.get("sum")).toEqual(locations.get("y"));
  expect(locations.get("product")).toEqual(locations.get("y"));
  expect(locations.get("x")).not.toEqual(locations.get("y"));
});

test("not where that register is reserved for the moment", () => {
  const lifetimes = [lifetime("y", 1, 4), lifetime("sum", 4, 6, ["y"])];
  const reserved = [{ register: 3, spans: [{ first: 5, last: 5 }] }];
  const { locations } = allocate(lifetimes, [3, 5], reserved);
  expect(locations.get("y")).toEqual({ kind: "register", number: 3 });
  expect(locations.get("sum")).toEqual({ kind: "register", number: 5 });
});
