// Random graphs: several ops that share values, gradients among them, updates of states. What is
// compiled must do what the reference does, whatever was fused, put off, put in place or laid over
// something else; and no result may depend on the order of what may run at the same time.

import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { NumericArray } from "../../src/core/dtype.ts";
import { atOnce } from "../../src/core/slices.ts";
import { type Graph, sourceName } from "../../src/graph/graph.ts";
import type { Node } from "../../src/graph/op.ts";
import { ops } from "../../src/graph/ops/index.ts";
import { compile } from "../../src/kernel/compile.ts";
import { allStages } from "../../src/kernel/program.ts";
import { verifyStages } from "../../src/kernel/verify.ts";
import type { Device, DeviceBuffer } from "../../src/machine/device.ts";
import { InterpreterDevice } from "../../src/machine/interpreter/index.ts";
import { backwards } from "./backwards.ts";
import { machines, type Outcome, runCompiled, runProgram, runReference } from "./compiled.ts";
import { openTargets } from "./devices.ts";
import type { Move, RandomGraph } from "./graph-maker.ts";
import { randomGraph } from "./random-graph.ts";

/** An interpreter whose memory is never clean: what a program did not write, it may not read. */
class DirtyInterpreter extends InterpreterDevice {
  override allocate(bytes: number): DeviceBuffer {
    const buffer = super.allocate(bytes);
    this.view("u8", this.addressOf(buffer), bytes).fill(0x7f);
    return buffer;
  }
}

/** Relative to the largest value, where results are rounded at all. */
const tolerance = 2e-4;

let devices: Device[] = [];
beforeAll(async () => {
  const targets = await openTargets();
  devices = [...machines.map((machine) => new DirtyInterpreter(machine)), ...targets];
});
afterAll(() => Promise.all(devices.map((device) => device.close())));

const move: fc.Arbitrary<Move> = fc.array(fc.nat(65_535), { minLength: 12, maxLength: 12 });
const graphs = [fc.nat(), fc.array(move, { minLength: 1, maxLength: 16 }), move] as const;
/** The same graphs at every run. */
const cases = { seed: 5, numRuns: 120 };

/** What is wrong with `received`, in words; nothing, where nothing is. */
function fault(received: NumericArray, expected: NumericArray, exact: boolean): string | undefined {
  let largest = 0;
  for (const value of expected) {
    if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value));
  }
  const allowed = exact ? 0 : tolerance * Math.max(1, largest);
  const at = expected.findIndex((value, i) => {
    if (Number.isFinite(value)) return !(Math.abs(value - received[i]) <= allowed);
    return !Object.is(value, received[i]);
  });
  return at < 0 ? undefined : `element ${at} is ${received[at]}, not ${expected[at]}`;
}

/** Everything by name: outputs, and states after the step. */
function flat({ outputs, states }: Outcome): [string, NumericArray][] {
  return [...Object.entries(outputs), ...Object.entries(states)];
}

/** The node behind each output and each updated state. */
function nodesOf({ outputs, updates }: Graph): Map<string, Node> {
  const updated = updates.map(({ state, value }): [string, Node] => [sourceName(state), value]);
  return new Map([...Object.entries(outputs), ...updated]);
}

/** What a step leaves behind: the reference's results, and the states that no update changes. */
function expectedOf({ graph, sources }: RandomGraph): Map<string, NumericArray> {
  const unchanged = Object.entries(sources).map(([name, { data }]): [string, NumericArray] => [
    name,
    data,
  ]);
  return new Map([...unchanged, ...flat(runReference(graph, sources))]);
}

describe("a random graph", () => {
  test.each([false, true])(
    "computes on every target what its reference does, specials %s",
    async (specials) => {
      const property = fc.asyncProperty(...graphs, async (seed, steps, last) => {
        const made = randomGraph(seed, steps, last, specials);
        const expected = expectedOf(made);
        const nodes = nodesOf(made.graph);
        for (const device of devices) {
          const outcome = await runCompiled(device, made.graph, made.sources);
          const faults = flat(outcome).flatMap(([name, received]) => {
            const node = nodes.get(name);
            const exact = node === undefined || made.exact.has(node);
            return fault(received, expected.get(name) as NumericArray, exact) ?? [];
          });
          expect({ device: device.target, faults }).toEqual({ device: device.target, faults: [] });
        }
      });
      await fc.assert(property, cases);
    },
  );

  test("does not depend on the order of kernels and tasks that may run together", async () => {
    const property = fc.asyncProperty(...graphs, async (seed, steps, last) => {
      const { graph, sources } = randomGraph(seed, steps, last);
      for (const device of devices.slice(2, 4)) {
        const program = compile("random", graph, device.machine, ops);
        const reversed = backwards(program);
        atOnce(verifyStages(allStages(reversed)));
        const outcome = await runProgram(device, program, sources);
        expect(await runProgram(device, reversed, sources)).toEqual(outcome);
      }
    });
    await fc.assert(property, cases);
  });
});
