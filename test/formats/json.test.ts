// JSON from files that nobody vouches for, and JSON for Python.

import { expect, test } from "vitest";
import { Float, formatJson, longestJson, nestingOf, parseJson } from "../../src/formats/json.ts";

test("names that mean something else to objects are left out, however they are spelled", () => {
  const text = '{"a":[{"__proto__":{"x":1},"b":2}],"\\u005f_proto__":3,"constructor":4}';
  const value = parseJson(text, "a.json") as { readonly a: readonly object[] };
  expect(JSON.stringify(value)).toBe('{"a":[{"b":2}],"constructor":4}');
  expect("x" in value.a[0]).toBe(false);
});

test("brackets inside of strings are not nesting", () => {
  expect(nestingOf('["[[[", "\\"[", {"a": []}]')).toBe(3);
});

test.each([
  ["[".repeat(1000), /nested too deep/],
  [" ".repeat(longestJson + 1), /is too long/],
  ['{"a": NaN}', /is not JSON/],
  [Uint8Array.of(0x22, 0xff, 0x22), /not UTF-8/],
])("what cannot be read is refused by the file's name", (source, message) => {
  expect(() => parseJson(source, "a.json")).toThrow(/a\.json/);
  expect(() => parseJson(source, "a.json")).toThrow(message);
});

test("what is written as a float has a point or an exponent", () => {
  const values = [2, -3, 0, 0.5, 1e21, 1e-7, Number.NaN].map((value) => new Float(value));
  expect(formatJson(values)).toBe("[2.0,-3.0,0.0,0.5,1e+21,1e-7,null]");
});

test("all else is written as JSON.stringify has it", () => {
  const value = { a: [1, 'é\n"', null, undefined, true], b: undefined, c: { "d\u0000": 1.5 } };
  expect(formatJson(value)).toBe(JSON.stringify(value));
});
