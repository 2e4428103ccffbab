// Looks things up by name, and answers a wrong name with a right one that is close to it.

import { distance } from "./distance.ts";
import { ConfigError, type ErrorFacts } from "./errors.ts";

/** `table[name]`. @throws ConfigError where there is none, with the closest name if one is close. */
export function lookUp<T>(table: Readonly<Record<string, T>>, name: string, what: string): T {
  if (Object.hasOwn(table, name)) return table[name];
  const names = Object.keys(table);
  throw new ConfigError({
    what: `There is no ${what} "${name}".`,
    expected: listOf(names, name),
    received: name,
    ...suggestion(names, name),
  });
}

/** How many names an error lists. */
const mostListed = 40;

/** `names` in a row; of many, those that are most like `wanted`. */
function listOf(names: readonly string[], wanted: string): string {
  if (names.length <= mostListed) return names.join(", ");
  const some = [...names].sort((a, b) => distance(a, wanted) - distance(b, wanted)).slice(0, 10);
  return `one of ${names.length} names, such as ${some.join(", ")}`;
}

/** The name that a short one stands for, in small letters or large; any other is given back. */
export function inFull(shortNames: Readonly<Record<string, string>>, name: string): string {
  const short = name.toLowerCase();
  return Object.hasOwn(shortNames, short) ? shortNames[short] : name;
}

/** Asks whether the closest of `names` was meant; says nothing where none is close. */
export function suggestion(names: readonly string[], name: string): Pick<ErrorFacts, "fix"> {
  const wanted = lettersOf(name);
  const [closest] = names
    .map((known) => {
      const like = likeness(lettersOf(known), wanted);
      return { known, ...like, isShortened: like.isShortened || initialsOf(known) === wanted };
    })
    .filter(({ isShortened, isClose }) => isShortened || isClose)
    .sort((a, b) => Number(b.isShortened) - Number(a.isShortened) || a.changes - b.changes);
  return closest === undefined ? {} : { fix: `did you mean "${closest.known}"?` };
}

/** What is left of a name where nobody minds how its words are set apart. */
function lettersOf(name: string): string {
  return name.toLowerCase().replaceAll(/[\s_-]/g, "");
}

/** The first letter of each word, where there are several: `lr` for `learningRate`. */
function initialsOf(name: string): string | undefined {
  const words = name.match(/[A-Z]?[a-z]+|[A-Z]+|\d+/g) ?? [];
  return words.length < 2 ? undefined : words.map((word) => word[0].toLowerCase()).join("");
}

/** Whether `wanted` could be meant for `known`: a guess that is far off misleads more than none. */
function likeness(known: string, wanted: string) {
  const [shorter, longer] = known.length < wanted.length ? [known, wanted] : [wanted, known];
  const third = longer.length / 3;
  const changes = distance(known, wanted);
  const isPart = longer.includes(shorter) && shorter.length > third;
  const isSwapped = changes === 2 && sorted(known) === sorted(wanted);
  return {
    changes,
    isShortened: wanted.length > 1 && known.startsWith(wanted),
    isClose: isPart || isSwapped || changes < third,
  };
}

function sorted(letters: string): string {
  return [...letters].sort().join("");
}
