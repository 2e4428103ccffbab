// The verifier refuses every kernel that could touch memory that is not its own, or that says what no
// target can mean; and it refuses nothing else. Each case plants one fault in a kernel that passes.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { VerificationError } from "../../src/core/errors.ts";
import { atOnce } from "../../src/core/slices.ts";
import {
  type Access,
  along,
  type BoundedTerm,
  type Instruction,
  type Kernel,
  type KernelBuffer,
  type KernelOp,
  kernelOps,
  type LoopIndex,
  type Position,
  type Register,
  still,
  sumPositions,
  timesPosition,
  type ValueType,
} from "../../src/kernel/language.ts";
import { verifyKernel, verifyStages } from "../../src/kernel/verify.ts";

const lanes = 4;
const size = 32;
const floats: KernelBuffer = { name: "floats", dtype: "f32", size };
const wholes: KernelBuffer = { name: "wholes", dtype: "i32", size };
const bytes: KernelBuffer = { name: "bytes", dtype: "u8", size };

let nextId = 0;
const register = (type: ValueType = "f32", vector = false): Register => ({
  id: nextId++,
  type,
  vector,
});
const loopIndex = (count: number): LoopIndex => ({ id: nextId++, count });

const access = (at: Position, buffer = floats, bounded: readonly BoundedTerm[] = []): Access => ({
  buffer,
  at,
  bounded,
});
const constant = (to: Register, value = 1): Instruction => ({ kind: "constant", to, value });
const load = (from: Access, to = register(), count = 1, stride = 0): Instruction => ({
  kind: "load",
  to,
  from,
  lanes: count,
  stride,
});
const loop = (index: LoopIndex, ...body: Instruction[]): Instruction => ({
  kind: "loop",
  index,
  body,
});
/** Four neighbours, `stride` apart. */
const loadVector = (at: Position, stride = 1, count = lanes) =>
  load(access(at), register("f32", true), count, stride);

function kernel(body: readonly Instruction[], more: Partial<Kernel> = {}): Kernel {
  const buffers = [floats, wholes, bytes];
  return { name: "planted", lanes, buffers, parallel: [], variables: [], body, ...more };
}

const accepts = (body: readonly Instruction[], more?: Partial<Kernel>) =>
  expect(() => verifyKernel(kernel(body, more))).not.toThrow();

function refuses(what: RegExp, body: readonly Instruction[], more?: Partial<Kernel>): void {
  expect(() => verifyKernel(kernel(body, more))).toThrow(VerificationError);
  expect(() => verifyKernel(kernel(body, more))).toThrow(what);
}

/** Stores a new number at an access. */
function store(into: Access, count = 1, type: ValueType = "f32"): Instruction[] {
  const value = register(type, count > 1);
  return [constant(value), { kind: "store", stride: 1, into, value, lanes: count }];
}

describe("accesses", () => {
  const outside = /could leave its buffer/;

  test.each([0, size - 1])("of one element at %i are inside", (at) => {
    accepts([load(access(still(at)))]);
    accepts(store(access(still(at))));
  });

  test.each([-1, size])("of one element at %i are refused", (at) => {
    refuses(outside, [load(access(still(at)))]);
    refuses(outside, store(access(still(at))));
  });

  test("by a loop go as far as its last round", () => {
    const index = loopIndex(8);
    accepts([loop(index, load(access(along(index, 4))))]);
    accepts([loop(index, load(access(sumPositions(along(index, 4), still(3)))))]);
    refuses(outside, [loop(index, load(access(sumPositions(along(index, 4), still(4)))))]);
    refuses(outside, [loop(index, load(access(sumPositions(along(index, 4), still(-1)))))]);
    const longer = loopIndex(9);
    refuses(outside, [loop(longer, load(access(along(longer, 4))))]);
  });

  test("that go down by a loop begin high enough", () => {
    const index = loopIndex(4);
    accepts([loop(index, load(access(sumPositions(along(index, -1), still(3)))))]);
    refuses(outside, [loop(index, load(access(sumPositions(along(index, -1), still(2)))))]);
  });

  test("by a task's index go as far as the last task", () => {
    const task = loopIndex(8);
    const at = (factor: number) => timesPosition(along(task), factor);
    accepts([load(access(at(4)))], { parallel: [task] });
    refuses(outside, [load(access(at(5)))], { parallel: [task] });
    refuses(outside, store(access(at(-1))), { parallel: [task] });
  });

  test("of a vector reach over all of its lanes", () => {
    accepts([loadVector(still(size - lanes))]);
    refuses(outside, [loadVector(still(size - lanes + 1))]);
    accepts([loadVector(still(size - 3), 1, 3)]);
    refuses(outside, [loadVector(still(size - 3), 1, 4)]);
    accepts(store(access(still(size - lanes)), lanes));
    refuses(outside, store(access(still(size - lanes + 1)), lanes));
  });

  test("of a vector with gaps reach over the gaps", () => {
    accepts([loadVector(still(1), 10)]);
    refuses(outside, [loadVector(still(2), 10)]);
    accepts([loadVector(still(size - 1), 0)]);
    refuses(/goes backwards/, [loadVector(still(16), -1)]);
    refuses(/goes backwards/, [loadVector(still(16), 0.5)]);
  });

  test("by a looked-up place reach to its limit, whatever it is", () => {
    const value = register("i32");
    const lookUp = (limit: number, factor: number, at = 0) => [
      constant(value),
      load(access(still(at), floats, [{ value, limit, factor }])),
    ];
    accepts(lookUp(8, 4, 3));
    refuses(outside, lookUp(8, 4, 4));
    refuses(outside, lookUp(9, 4));
    accepts(lookUp(4, -1, 3));
    refuses(outside, lookUp(4, -1, 2));
    refuses(/looked-up place/, lookUp(0, 4));
    refuses(/looked-up place/, lookUp(2.5, 4));
    refuses(/looked-up place/, lookUp(2, 0.5));
  });

  test("are looked up by whole numbers alone", () => {
    const fraction = register("f32");
    const wrong = [{ value: fraction, limit: 8, factor: 1 }];
    refuses(/looked-up place/, [constant(fraction), load(access(still(0), floats, wrong))]);
    const bounded = [{ value: register("i32"), limit: 8, factor: 1 }];
    refuses(/before it has a value/, [load(access(still(0), floats, bounded))]);
  });

  test("go to a place a lane in loads of whole vectors of f32 and i32 alone", () => {
    const value = register("i32", true);
    const from = (buffer = floats, limit = 8) =>
      access(still(0), buffer, [{ value, limit, factor: 1 }]);
    const vector = register("f32", true);
    accepts([constant(value), load(from(), vector, lanes, 0)]);
    refuses(/could leave its buffer/, [constant(value), load(from(floats, 99), vector, lanes, 0)]);
    refuses(/places of their own/, [constant(value), load(from())]);
    refuses(/places of their own/, [constant(value), load(from(), vector, lanes, 1)]);
    const places = from(bytes);
    refuses(/places of their own/, [
      constant(value),
      load(places, register("i32", true), lanes, 0),
    ]);
    refuses(/places of their own/, [
      constant(value),
      constant(vector),
      { kind: "store", stride: 1, into: from(), value: vector, lanes },
    ]);
  });

  test("have from one lane to as many as the kernel has", () => {
    refuses(/no lanes/, [loadVector(still(0), 1, 5)]);
    refuses(/no lanes/, [loadVector(still(0), 1, 0)]);
    refuses(/no lanes/, [loadVector(still(0), 1, 1.5)]);
    refuses(/as several/, [load(access(still(0)), register(), 2, 1)]);
    refuses(/as several/, [load(access(still(0)), register(), 1, 1)]);
    const value = register();
    const wide: Instruction = { kind: "store", stride: 1, into: access(still(0)), value, lanes: 2 };
    refuses(/as several/, [constant(value), wide]);
  });

  test("go to the kernel's own buffers", () => {
    const foreign = { ...floats };
    refuses(/foreign buffer/, [load(access(still(0), foreign))]);
    refuses(/foreign buffer/, store(access(still(0), foreign)));
  });

  test("that are only asked for ahead may lie anywhere, at a place that loops alone decide", () => {
    const prefetch = (from: Access): Instruction => ({ kind: "prefetch", from });
    const index = loopIndex(2);
    accepts([prefetch(access(still(size + 99))), prefetch(access(still(-1), bytes))]);
    accepts([loop(index, prefetch(access(along(index, -size))))]);
    refuses(/foreign buffer/, [prefetch(access(still(0), { ...floats }))]);
    refuses(/index outside of its loop/, [prefetch(access(along(index)))]);
    refuses(/between elements/, [prefetch(access(still(0.5)))]);
    const value = register("i32");
    const lookedUp = access(still(0), floats, [{ value, limit: 8, factor: 1 }]);
    refuses(/ahead is looked up/, [constant(value), prefetch(lookedUp)]);
  });

  test("lie on whole elements", () => {
    refuses(/between elements/, [load(access(still(0.5)))]);
    refuses(/between elements/, [load(access(still(Number.NaN)))]);
    const index = loopIndex(2);
    refuses(/between elements/, [loop(index, load(access(along(index, 0.5))))]);
  });

  test("are inside exactly if every element that they can touch is", () => {
    const small = fc.integer({ min: -3, max: 6 });
    const term = fc.record({ count: fc.integer({ min: 1, max: 4 }), factor: small });
    const property = fc.property(
      fc.integer({ min: -6, max: size }),
      fc.array(term, { maxLength: 3 }),
      fc.array(term, { maxLength: 1 }),
      fc.record({ count: fc.integer({ min: 1, max: lanes }), stride: fc.nat(4) }),
      (offset, loops, lookUps, vector) => {
        const indices = loops.map(({ count }) => loopIndex(count));
        const at = sumPositions(
          still(offset),
          ...loops.map(({ factor }, i) => along(indices[i], factor)),
        );
        const value = register("i32");
        const bounded = lookUps.map(({ count, factor }) => ({ value, limit: count, factor }));
        const to = register("f32", true);
        const inner = load(access(at, floats, bounded), to, vector.count, vector.stride);
        const body = indices.reduceRight((rest, index) => loop(index, rest), inner);

        let touched = [offset];
        for (const { count, factor } of [
          ...loops,
          ...lookUps,
          { count: vector.count, factor: vector.stride },
        ]) {
          const steps = Array.from({ length: count }, (_, i) => i * factor);
          touched = touched.flatMap((from) => steps.map((step) => from + step));
        }
        const inside = touched.every((element) => element >= 0 && element < size);
        const verify = () => verifyKernel(kernel([constant(value), body]));
        if (inside) expect(verify).not.toThrow();
        else expect(verify).toThrow(outside);
      },
    );
    fc.assert(property, { seed: 3, numRuns: 500 });
  });
});

describe("values", () => {
  const [a, b] = [register(), register()];
  const variable = register();

  test("are used only after they are defined", () => {
    const negate = (to: Register, arg: Register): Instruction => ({
      kind: "compute",
      op: "negate",
      to,
      args: [arg],
    });
    accepts([constant(a), negate(b, a)]);
    refuses(/before it has a value/, [negate(b, a), constant(a)]);
    refuses(/before it has a value/, [negate(b, variable)], { variables: [variable] });
    for (const kind of ["splat", "assign"] as const) {
      refuses(/before it has a value/, [{ kind, to: register("f32", true), value: a }]);
    }
    const unknown: Instruction = {
      kind: "store",
      stride: 1,
      into: access(still(0)),
      value: a,
      lanes: 1,
    };
    refuses(/before it has a value/, [unknown]);
  });

  test("are defined once; variables alone change, and only by assignment", () => {
    const assign: Instruction = { kind: "assign", to: variable, value: a };
    accepts([constant(a), assign, assign], { variables: [variable] });
    refuses(/defined twice/, [constant(a), constant(a)]);
    refuses(/assigned twice/, [constant(a), assign]);
    refuses(/assigned twice/, [constant(a), constant(b), { kind: "assign", to: b, value: a }]);
    refuses(/defined twice/, [constant(variable)], { variables: [variable] });
    refuses(/defined twice/, [load(access(still(0)), variable)], { variables: [variable] });
  });

  test("of a loop are there after it, for it runs at least once", () => {
    accepts([loop(loopIndex(2), constant(a)), { kind: "compute", op: "negate", to: b, args: [a] }]);
  });

  test("keep their type and width when they are assigned, loaded and stored", () => {
    const wide = register("f32", true);
    const whole = register("i32");
    for (const value of [wide, whole]) {
      const assign: Instruction = { kind: "assign", to: variable, value };
      refuses(/changes the type/, [constant(value), assign], { variables: [variable] });
    }
    refuses(/changes the type/, [load(access(still(0)), whole)]);
    refuses(/changes the type/, [load(access(still(0), wholes), a)]);
    refuses(/changes the type/, [load(access(still(0), bytes), a)]);
    accepts([load(access(still(0), bytes), whole)]);
    accepts(store(access(still(0), bytes), 1, "i32"));
    refuses(/changes the type/, store(access(still(0), wholes)));
    refuses(/changes the type/, store(access(still(0), bytes)));
    refuses(/changes the type/, store(access(still(0)), lanes, "i32"));
  });

  test("become several, or one, only by a splat or a join", () => {
    const wide = register("f32", true);
    const splat = (to: Register, value: Register): Instruction => ({ kind: "splat", to, value });
    const join = (to: Register, value: Register): Instruction => ({
      kind: "joinLanes",
      op: "add",
      to,
      value,
    });
    accepts([constant(a), splat(wide, a), join(b, wide)]);
    refuses(/changes the type/, [constant(a), splat(b, a)]);
    refuses(/changes the type/, [constant(wide), splat(register("f32", true), wide)]);
    refuses(/changes the type/, [constant(a), splat(register("i32", true), a)]);
    refuses(/changes the type/, [constant(a), join(b, a)]);
    refuses(/changes the type/, [constant(wide), join(register("f32", true), wide)]);
    refuses(/changes the type/, [constant(wide), join(register("i32"), wide)]);
  });

  test("that are positions are whole numbers of open loops", () => {
    const index = loopIndex(3);
    const position = (to: Register, at: Position, step = 0): Instruction => ({
      kind: "position",
      to,
      at,
      step,
    });
    accepts([loop(index, position(register("i32"), along(index)))]);
    accepts([position(register("i32", true), still(2), 3)]);
    refuses(/index outside of its loop/, [position(register("i32"), along(index))]);
    refuses(/index outside of its loop/, [loop(index, constant(a)), load(access(along(index)))]);
    refuses(/changes the type/, [position(register("f32"), still(0))]);
    refuses(/has a step/, [position(register("i32"), still(0), 1)]);
    refuses(/has a step/, [position(register("i32", true), still(0), 0.5)]);
  });

  test("that are masks are never constant", () => {
    refuses(/a mask is constant/, [constant(register("mask"))]);
  });
});

describe("loops", () => {
  test("count at least one round, a whole number of them", () => {
    for (const count of [0, -1, 1.5, Number.POSITIVE_INFINITY, Number.NaN]) {
      refuses(/no count/, [loop(loopIndex(count))]);
      refuses(/no count/, [], { parallel: [loopIndex(count)] });
    }
  });

  test("have an index each, which may be used again after its loop", () => {
    const index = loopIndex(2);
    accepts([loop(index), loop(index)]);
    refuses(/used twice/, [loop(index, loop(index))]);
    refuses(/used twice/, [loop(index)], { parallel: [index] });
    refuses(/used twice/, [], { parallel: [index, index] });
  });
});

describe("operations", () => {
  const types: readonly ValueType[] = ["f32", "i32", "mask"];
  /** What each takes and gives, written out once more: (arguments) → result. */
  const meanings: Record<KernelOp, readonly string[]> = {
    add: ["f32,f32,f32", "i32,i32,i32"],
    subtract: ["f32,f32,f32", "i32,i32,i32"],
    multiply: ["f32,f32,f32", "i32,i32,i32"],
    minimum: ["f32,f32,f32", "i32,i32,i32"],
    maximum: ["f32,f32,f32", "i32,i32,i32"],
    divide: ["f32,f32,f32"],
    multiplyAdd: ["f32,f32,f32,f32"],
    squareRoot: ["f32,f32"],
    absolute: ["f32,f32"],
    negate: ["f32,f32"],
    floor: ["f32,f32"],
    nearest: ["f32,f32"],
    equal: ["f32,f32,mask", "i32,i32,mask"],
    less: ["f32,f32,mask", "i32,i32,mask"],
    lessEqual: ["f32,f32,mask", "i32,i32,mask"],
    select: ["mask,f32,f32,f32", "mask,i32,i32,i32"],
    and: ["i32,i32,i32", "mask,mask,mask"],
    or: ["i32,i32,i32", "mask,mask,mask"],
    xor: ["i32,i32,i32"],
    shiftLeft: ["i32,i32,i32"],
    shiftRight: ["i32,i32,i32"],
    multiplyHigh: ["i32,i32,i32"],
    toF32: ["i32,f32"],
    toI32: ["f32,i32"],
    bitsToF32: ["i32,f32"],
    bitsToI32: ["f32,i32"],
  };

  /** A value of a type: a mask is made by a comparison. */
  function make(type: ValueType, vector: boolean): { value: Register; body: Instruction[] } {
    const value = register(type, vector);
    if (type !== "mask") return { value, body: [constant(value)] };
    const number = register("f32", vector);
    const args = [number, number];
    return { value, body: [constant(number), { kind: "compute", op: "less", to: value, args }] };
  }

  function compute(op: KernelOp, argTypes: readonly ValueType[], result: ValueType, wide = false) {
    const made = argTypes.map((type) => make(type, wide));
    const args = made.map(({ value }) => value);
    const to = register(result, wide);
    const instruction: Instruction = { kind: "compute", op, to, args };
    return [...made.flatMap(({ body }) => body), instruction];
  }

  const names = Object.keys(kernelOps) as KernelOp[];
  test.each(names)("%s takes and gives what it says, and nothing else", (op) => {
    let signatures: ValueType[][] = [[]];
    for (let i = 0; i <= kernelOps[op]; i++) {
      signatures = signatures.flatMap((before) => types.map((type) => [...before, type]));
    }
    for (const signature of signatures) {
      const body = compute(op, signature.slice(0, -1), signature[signature.length - 1]);
      if (meanings[op].includes(signature.join())) accepts(body);
      else refuses(/has no such meaning/, body);
    }
  });

  test("take as many arguments as they have", () => {
    refuses(/number of arguments/, compute("add", ["f32"], "f32"));
    refuses(/number of arguments/, compute("negate", ["f32", "f32"], "f32"));
  });

  test("work on numbers or on vectors, never on both", () => {
    accepts(compute("add", ["f32", "f32"], "f32", true));
    const [one, several] = [make("f32", false), make("f32", true)];
    for (const to of [register("f32", false), register("f32", true)]) {
      const args = [one.value, several.value];
      refuses(/mixes vectors/, [
        ...one.body,
        ...several.body,
        { kind: "compute", op: "add", to, args },
      ]);
    }
  });
});

describe("launches", () => {
  const storage = { name: "block", dtype: "f32", size } as const;
  const launch = { kernel: kernel([], { buffers: [floats] }), bindings: [storage] };

  test("bind each buffer to a block of its type that is as large", () => {
    expect(() => atOnce(verifyStages([[launch]]))).not.toThrow();
    const bindings = [{ ...storage, size: size + 1 }];
    expect(() => atOnce(verifyStages([[{ ...launch, bindings }]]))).not.toThrow();
  });

  test.each([
    ["a smaller block", [{ ...storage, size: size - 1 }]],
    ["a block of another type", [{ ...storage, dtype: "i32" as const }]],
    ["no block", []],
  ])("are refused with %s", (_, bindings) => {
    expect(() => atOnce(verifyStages([[{ ...launch, bindings }]]))).toThrow(/does not fit/);
  });

  test("are refused with a kernel that is", () => {
    const bad = kernel([load(access(still(size)))], { buffers: [floats] });
    expect(() => atOnce(verifyStages([[{ ...launch, kernel: bad }]]))).toThrow(
      /could leave its buffer/,
    );
  });
});
