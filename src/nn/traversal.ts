// From a model's outputs back to its inputs: which units it is made of, in Keras's order.

import { ConfigError } from "../core/errors.ts";
import { input, inputKind } from "./input.ts";
import type { Application, SymbolicTensor, Unit } from "./symbolic.ts";

/** What lies between inputs and outputs. */
export interface Traversal {
  /** The application that stands for each input, in order. */
  readonly sources: readonly Application[];
  /** Every other application, in the order in which they were made: inputs come before users. */
  readonly applications: readonly Application[];
  /** Every unit once, inputs too: those furthest from an output first, as Keras lists layers. */
  readonly units: readonly Unit[];
}

/**
 * Follows `outputs` back to `inputs`.
 *
 * @throws ConfigError where a value is needed that no input gives.
 */
export function traverse(
  inputs: readonly SymbolicTensor[],
  outputs: readonly SymbolicTensor[],
): Traversal {
  // A value from the middle of another model may be an input: then an input of its own stands for it.
  const sources = inputs.map((tensor) =>
    tensor.application.unit.kind === inputKind
      ? tensor.application
      : input({ shape: tensor.shape }).application,
  );
  const sourceOf = new Map(inputs.map((tensor, i) => [tensor, sources[i]]));
  const applicationOf = (tensor: SymbolicTensor) => sourceOf.get(tensor) ?? tensor.application;

  const firstSeen = new Map<Unit, number>();
  const needed = orderOf(outputs.map(applicationOf), (application) => {
    if (!firstSeen.has(application.unit)) firstSeen.set(application.unit, firstSeen.size);
    if (application.unit.kind === inputKind && !sources.includes(application)) {
      throw disconnected(application);
    }
    return application.inputs.map(applicationOf);
  });
  const depths = depthsOf(needed, applicationOf);
  for (const { unit } of sources) {
    if (depths.has(unit)) continue;
    depths.set(unit, 0);
    firstSeen.set(unit, -1);
  }
  const depthOf = (unit: Unit) => depths.get(unit) as number;
  const seenAt = (unit: Unit) => firstSeen.get(unit) as number;
  const units = [...depths.keys()].sort((a, b) => depthOf(b) - depthOf(a) || seenAt(a) - seenAt(b));
  const applications = needed.filter((application) => !sources.includes(application));
  applications.sort((a, b) => a.serial - b.serial);
  return { sources, applications, units };
}

/** Everything that `roots` need, each once, after what it needs itself. `enter` gives what that is. */
function orderOf(
  roots: readonly Application[],
  enter: (application: Application) => readonly Application[],
): Application[] {
  const order: Application[] = [];
  const entered = new Set<Application>();
  const finished = new Set<Application>();
  const stack = [...roots].reverse();
  while (stack.length > 0) {
    const application = stack[stack.length - 1];
    if (entered.has(application)) {
      stack.pop();
      if (finished.has(application)) continue;
      finished.add(application);
      order.push(application);
      continue;
    }
    entered.add(application);
    const needs = enter(application);
    for (const need of [...needs].reverse()) if (!entered.has(need)) stack.push(need);
  }
  return order;
}

/** How many units lie between each unit and an output, at most. */
function depthsOf(
  order: readonly Application[],
  applicationOf: (tensor: SymbolicTensor) => Application,
): Map<Unit, number> {
  const reached = new Map<Application, number>();
  const depths = new Map<Unit, number>();
  for (const application of [...order].reverse()) {
    const depth = Math.max(reached.get(application) ?? 0, depths.get(application.unit) ?? 0);
    depths.set(application.unit, depth);
    for (const need of application.inputs.map(applicationOf)) {
      reached.set(need, Math.max(depth + 1, reached.get(need) ?? 0));
    }
  }
  return depths;
}

function disconnected({ unit }: Application): ConfigError {
  const name = unit.givenName ?? unit.chosenName;
  return new ConfigError({
    what: "The outputs of the model need a value that none of its inputs gives.",
    expected: "every input that the outputs come from, in inputs",
    received: name === undefined ? "an input that is not listed" : `an input "${name}" not listed`,
    fix: "add it to the inputs of the model",
  });
}
