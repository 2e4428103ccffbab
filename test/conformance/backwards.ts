// The same program with the kernels of a stage, and the tasks of a kernel, in the opposite order. They
// may run at the same time, so no result may depend on it: what does is a race between threads.

import type { Launch } from "../../src/kernel/draft.ts";
import type { Access, Instruction, Kernel, Position } from "../../src/kernel/language.ts";
import type { Program } from "../../src/kernel/program.ts";

/** `kernel` with task i in the place of task count − 1 − i. */
function backwardsKernel(kernel: Kernel): Kernel {
  const tasks = new Set(kernel.parallel);
  const position = ({ offset, terms }: Position): Position => ({
    offset: terms.reduce(
      (sum, { index, factor }) => sum + (tasks.has(index) ? factor * (index.count - 1) : 0),
      offset,
    ),
    terms: terms.map(({ index, factor }) => ({
      index,
      factor: tasks.has(index) ? -factor : factor,
    })),
  });
  const access = (a: Access): Access => ({ ...a, at: position(a.at) });
  const instruction = (i: Instruction): Instruction => {
    switch (i.kind) {
      case "position":
        return { ...i, at: position(i.at) };
      case "load":
        return { ...i, from: access(i.from) };
      case "store":
        return { ...i, into: access(i.into) };
      case "loop":
        return { ...i, body: i.body.map(instruction) };
      default:
        return i;
    }
  };
  return { ...kernel, body: kernel.body.map(instruction) };
}

const backwardsLaunch = (launch: Launch): Launch => ({
  ...launch,
  kernel: backwardsKernel(launch.kernel),
});

export function backwards(program: Program): Program {
  const turned = (stages: Program["stages"]) =>
    stages.map((stage) => [...stage].reverse().map(backwardsLaunch));
  return {
    ...program,
    preparation: turned(program.preparation),
    stages: turned(program.stages),
  };
}
