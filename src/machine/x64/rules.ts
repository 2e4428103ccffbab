// How each operation of the kernel language is said in x86-64: the emit table of this target. A missing
// rule is a compile error.

import {
  type Instruction,
  isScattered,
  type KernelOp,
  type ValueType,
} from "../../kernel/language.ts";
import type { Assembler, Place, UnaryName, VectorName } from "./assembler.ts";

/** What rules may use. */
export interface RuleContext {
  readonly a: Assembler;
  readonly lanes: number;
  /** Sixteen values in memory. */
  constant(values: readonly number[], type: "f32" | "i32"): Place;
  /** Registers for the moment. The target may be the first one; the third is for `demanding` ones. */
  readonly scratch: readonly number[];
}

type Operand = number | Place;

/**
 * Makes `to` from operands, which may be registers or memory; `to` may be one of them. `constants`
 * holds the values of those that are known.
 */
type Rule = (
  c: RuleContext,
  to: number,
  args: readonly Operand[],
  type: ValueType,
  constants?: readonly (number | undefined)[],
) => void;

/** An operand in a register: its own, or `into`. */
function inRegister(a: Assembler, operand: Operand, into: number): number {
  if (typeof operand === "number") return operand;
  a.unary(operand.repeat ? "vbroadcastss" : "vmovups", into, { ...operand, repeat: false });
  return into;
}

/** A scratch register that is neither the target nor an operand's. */
function spare({ scratch }: RuleContext, to: number, which = 0): number {
  return scratch.filter((register) => register !== to)[which];
}

const repeated = (c: RuleContext, value: number, type: "f32" | "i32") =>
  c.constant(new Array<number>(16).fill(value), type);

function binary(f32: VectorName, i32?: VectorName): Rule {
  return (c, to, [x, y], type) => {
    const name = type === "f32" ? f32 : (i32 ?? f32);
    c.a.vector(name, to, inRegister(c.a, x, spare(c, to)), y);
  };
}

/** The same, where memory may come first as well as second. */
function commutative(f32: VectorName, i32?: VectorName): Rule {
  const rule = binary(f32, i32);
  return (c, to, [x, y], type) => rule(c, to, typeof x === "number" ? [x, y] : [y, x], type);
}

/**
 * `(x, y)` as `(y, x)`: of two equal or unordered numbers the instruction gives the second, so a
 * NaN in `x` stays. One in `y` has to be put back, unless `y` is a constant number.
 */
function extreme(f32: VectorName, i32: VectorName): Rule {
  return (c, to, [x, y], type, [, constant = Number.NaN] = []) => {
    const { a } = c;
    const first = inRegister(a, y, spare(c, to));
    if (type !== "f32" || !Number.isNaN(constant)) {
      a.vector(type === "f32" ? f32 : i32, to, first, x);
      return;
    }
    const chosen = first === to ? spare(c, to) : to;
    if (a.width === 512) {
      a.compareFloats("unordered", 1, first, first);
      a.vector(f32, chosen, first, x);
      a.blendMasked(to, chosen, first, 1);
      return;
    }
    // All bits of a lane set are a NaN too.
    a.vector(f32, chosen, first, x);
    const flags = first === y && first !== to ? spare(c, to) : first;
    a.compareFloats("unordered", flags, first, first);
    a.vector("vpor", to, chosen, flags);
  };
}

function unary(name: UnaryName): Rule {
  return (c, to, [x]) => c.a.unary(name, to, x);
}

const move: Rule = (c, to, [x]) => {
  if (x !== to) c.a.unary("vmovups", to, x);
};

function compare(way: "equal" | "less" | "lessEqual"): Rule {
  return (c, to, [x, y], type) => {
    const { a } = c;
    const first = inRegister(a, x, spare(c, to));
    if (a.width === 512) {
      if (type === "f32") a.compareFloats(way, 1, first, y);
      else a.compareInts(way, 1, first, y);
      a.maskToVector(to, 1);
    } else if (type === "f32") {
      a.compareFloats(way, to, first, y);
    } else if (way === "equal") {
      a.equalInts(to, first, y);
    } else {
      const second = inRegister(a, y, spare(c, to, 1));
      if (way === "less") a.greaterInts(to, second, first);
      else {
        a.greaterInts(to, first, second);
        a.vector("vpxor", to, to, repeated(c, -1, "i32"));
      }
    }
  };
}

const select: Rule = (c, to, [mask, yes, no]) => {
  const { a } = c;
  if (a.width === 512) {
    a.vectorToMask(1, inRegister(a, mask, spare(c, to)));
    a.blendMasked(to, inRegister(a, no, spare(c, to)), yes, 1);
    return;
  }
  const flags = inRegister(a, mask, spare(c, to, 1));
  a.blend(to, inRegister(a, no, spare(c, to)), yes, flags);
};

const multiplyAdd: Rule = (c, to, [x, y, z]) => {
  const { a } = c;
  if (z === to && typeof y === "number") {
    a.vector("vfmadd231ps", to, y, x);
  } else if (z === to && typeof x === "number") {
    a.vector("vfmadd231ps", to, x, y);
  } else if (x === to || y === to) {
    const other = x === to ? y : x;
    const factor = inRegister(a, other, spare(c, to));
    a.vector("vfmadd213ps", to, factor, z);
  } else if (typeof x !== "number" && typeof y === "number" && typeof z !== "number") {
    a.vector("vfmadd213ps", inRegister(a, x, to), y, z);
  } else {
    const factor = inRegister(a, x, spare(c, to));
    if (z !== to) a.unary("vmovups", to, z);
    a.vector("vfmadd231ps", to, factor, y);
  }
};

/** The bits of the sign, or all others. */
const signBits = -(2 ** 31);
const valueBits = 2 ** 31 - 1;

/** Even lanes, then odd ones: 64-bit products, of which the upper halves are kept. */
const multiplyHigh: Rule = (c, to, [x, y]) => {
  const { a } = c;
  const [p, q, r] = c.scratch;
  a.unary("vmovups", p, x);
  a.unary("vmovups", q, y);
  a.vector("vpmuludq", r, p, q);
  a.shift64("right", r, r, 32);
  a.shift64("right", p, p, 32);
  a.shift64("right", q, q, 32);
  a.vector("vpmuludq", p, p, q);
  a.shift64("right", p, p, 32);
  a.shift64("left", p, p, 32);
  a.vector("vpor", to, p, r);
};

/**
 * What does not fit becomes −2³¹ by itself; the bits of that turned over are 2³¹ − 1, which belongs to
 * numbers from 2³¹ on. What is not a number becomes 0.
 */
const toI32: Rule = (c, to, [x]) => {
  const { a } = c;
  const from = x === to ? spare(c, to) : inRegister(a, x, spare(c, to));
  if (x === to) a.unary("vmovups", from, to);
  const flags = spare(c, to, 1);
  const mask = (way: "equal" | "less", first: number, second: Operand) => {
    if (a.width === 512) {
      a.compareFloats(way, 1, first, second);
      a.maskToVector(flags, 1);
    } else {
      a.compareFloats(way, flags, first, second);
    }
  };
  a.unary("vcvttps2dq", to, from);
  a.unary("vmovups", flags, repeated(c, largestInt, "f32"));
  mask("less", flags, from);
  a.vector("vpxor", to, to, flags);
  mask("equal", from, from);
  a.vector("vpand", to, to, flags);
};

/** The largest f32 that is a whole number of 32 bits. */
const largestInt = 2147483520;

export const rules = {
  add: commutative("vaddps", "vpaddd"),
  subtract: binary("vsubps", "vpsubd"),
  multiply: commutative("vmulps", "vpmulld"),
  divide: binary("vdivps"),
  minimum: extreme("vminps", "vpminsd"),
  maximum: extreme("vmaxps", "vpmaxsd"),
  multiplyAdd,
  squareRoot: unary("vsqrtps"),
  absolute: (c, to, [x]) => {
    c.a.vector("vpand", to, inRegister(c.a, x, spare(c, to)), repeated(c, valueBits, "i32"));
  },
  negate: (c, to, [x]) => {
    c.a.vector("vpxor", to, inRegister(c.a, x, spare(c, to)), repeated(c, signBits, "i32"));
  },
  floor: (c, to, [x]) => c.a.round(to, x, 1),
  nearest: (c, to, [x]) => c.a.round(to, x, 0),
  equal: compare("equal"),
  less: compare("less"),
  lessEqual: compare("lessEqual"),
  select,
  and: commutative("vpand"),
  or: commutative("vpor"),
  xor: commutative("vpxor"),
  shiftLeft: binary("vpsllvd"),
  shiftRight: binary("vpsrlvd"),
  multiplyHigh,
  toF32: unary("vcvtdq2ps"),
  toI32,
  bitsToF32: move,
  bitsToI32: move,
} as const satisfies Record<KernelOp, Rule>;

/** Operations that need a third register for the moment, by the width of vectors. */
const demanding: Record<512 | 256, ReadonlySet<KernelOp>> = {
  512: new Set(["multiplyHigh", "toI32"]),
  256: new Set(["multiplyHigh", "toI32", "select", "equal", "less", "lessEqual"]),
};

/**
 * How many vector registers an instruction needs for the moment, as long as all that it names is in
 * registers; code around a value in memory needs two.
 */
export function scratchFor(i: Instruction, width: 512 | 256): 0 | 2 | 3 {
  switch (i.kind) {
    case "constant":
    case "loop":
    case "assign":
    case "prefetch":
      return 0;
    case "load": {
      if (isScattered(i.from)) return 3;
      const isPlain = i.from.buffer.dtype === "f32" && i.stride <= 1 && i.from.bounded.length === 0;
      return isPlain ? 0 : 2;
    }
    case "compute":
      if (i.op === "multiplyAdd" && i.args[2] === i.to) return 0;
      return demanding[width].has(i.op) ? 3 : 2;
    default:
      return 2;
  }
}
