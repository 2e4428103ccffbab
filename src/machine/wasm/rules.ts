// How each operation of the kernel language is said in WebAssembly: the emit table of this target. A
// missing rule is a compile error.

import type { KernelOp, ValueType } from "../../kernel/language.ts";
import type { CodeWriter, Plain } from "./code.ts";

/** What the engine offers beyond fixed-width SIMD. */
export interface Features {
  /** Whether `f32x4.relaxed_madd` exists. */
  readonly relaxedMultiplyAdd: boolean;
}

/**
 * Leaves the result of an operation on the stack, given the locals of its arguments, and the locals
 * that are known to hold no NaN.
 */
type Emit = (
  code: CodeWriter,
  args: readonly number[],
  features: Features,
  numbers: ReadonlySet<number>,
) => void;

/** One rule a value type of the first argument, for single numbers and for vectors. */
interface Rule {
  readonly single: Partial<Record<ValueType, Emit>>;
  readonly vector: Partial<Record<ValueType, Emit>>;
}

const emit =
  (...names: readonly Plain[]): Emit =>
  (code, args) =>
    code.get(...args).op(...names);

/** Both types, both widths, by the usual names. */
function arithmetic(name: "add" | "sub" | "mul"): Rule {
  return {
    single: { f32: emit(`f32.${name}`), i32: emit(`i32.${name}`) },
    vector: { f32: emit(`f32x4.${name}`), i32: emit(`i32x4.${name}`) },
  };
}

function floatOnly(name: "abs" | "neg" | "sqrt" | "floor" | "nearest" | "div"): Rule {
  return { single: { f32: emit(`f32.${name}`) }, vector: { f32: emit(`f32x4.${name}`) } };
}

/**
 * A comparison of `a` and `b` chooses, so a NaN in `a` stays. One in `b` has to be put back, unless
 * `b` is a constant number. In vectors, all bits of a lane set are a NaN too.
 */
function extreme(larger: boolean): Rule {
  const choose = (code: CodeWriter, [a, b]: readonly number[], less: "f32.lt" | "i32.lt_s") =>
    code.get(b, a, ...(larger ? [a, b] : [b, a])).op(less, "select");
  return {
    single: {
      f32(code, args, _, numbers) {
        const [, b] = args;
        if (numbers.has(b)) return choose(code, args, "f32.lt");
        return choose(code.get(b), args, "f32.lt").get(b, b).op("f32.ne", "select");
      },
      i32: (code, args) => choose(code, args, "i32.lt_s"),
    },
    vector: {
      f32(code, [a, b], _, numbers) {
        code.get(a, b).op(larger ? "f32x4.pmax" : "f32x4.pmin");
        return numbers.has(b) ? code : code.get(b, b).op("f32x4.ne", "v128.or");
      },
      i32: emit(larger ? "i32x4.max_s" : "i32x4.min_s"),
    },
  };
}

function comparison(single: "eq" | "lt" | "le"): Rule {
  const signed = single === "eq" ? "eq" : (`${single}_s` as const);
  return {
    single: { f32: emit(`f32.${single}`), i32: emit(`i32.${signed}`) },
    vector: { f32: emit(`f32x4.${single}`), i32: emit(`i32x4.${signed}`) },
  };
}

function bitwise(name: "and" | "or" | "xor"): Rule {
  const single = emit(`i32.${name}`);
  const vector = emit(`v128.${name}`);
  return { single: { i32: single, mask: single }, vector: { i32: vector, mask: vector } };
}

function shift(name: "shl" | "shr_u"): Rule {
  const vector: Emit = (code, [a, b]) =>
    code.get(a, b).lane("i32x4.extract_lane", 0).op(`i32x4.${name}`);
  return { single: { i32: emit(`i32.${name}`) }, vector: { i32: vector } };
}

const same: Emit = (code, [a]) => code.get(a);

/** The upper halves of four 64-bit products, from the two vectors that hold them. */
const upperHalves = [4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31];

export const rules = {
  add: arithmetic("add"),
  subtract: arithmetic("sub"),
  multiply: arithmetic("mul"),
  divide: floatOnly("div"),
  minimum: extreme(false),
  maximum: extreme(true),
  multiplyAdd: {
    single: { f32: (code, [a, b, c]) => code.get(a, b).op("f32.mul").get(c).op("f32.add") },
    vector: {
      f32: (code, [a, b, c], { relaxedMultiplyAdd }) =>
        relaxedMultiplyAdd
          ? code.get(a, b, c).op("f32x4.relaxed_madd")
          : code.get(a, b).op("f32x4.mul").get(c).op("f32x4.add"),
    },
  },
  squareRoot: floatOnly("sqrt"),
  absolute: floatOnly("abs"),
  negate: floatOnly("neg"),
  floor: floatOnly("floor"),
  nearest: floatOnly("nearest"),
  equal: comparison("eq"),
  less: comparison("lt"),
  lessEqual: comparison("le"),
  select: {
    single: { mask: (code, [mask, a, b]) => code.get(a, b, mask).op("select") },
    vector: { mask: (code, [mask, a, b]) => code.get(a, b, mask).op("v128.bitselect") },
  },
  and: bitwise("and"),
  or: bitwise("or"),
  xor: bitwise("xor"),
  shiftLeft: shift("shl"),
  shiftRight: shift("shr_u"),
  multiplyHigh: {
    single: {
      i32: (code, [a, b]) =>
        code
          .get(a)
          .op("i64.extend_i32_u")
          .get(b)
          .op("i64.extend_i32_u", "i64.mul")
          .i64(32)
          .op("i64.shr_u", "i32.wrap_i64"),
    },
    vector: {
      i32: (code, [a, b]) =>
        code
          .get(a, b)
          .op("i64x2.extmul_low_i32x4_u")
          .get(a, b)
          .op("i64x2.extmul_high_i32x4_u")
          .shuffle(...upperHalves),
    },
  },
  toF32: {
    single: { i32: emit("f32.convert_i32_s") },
    vector: { i32: emit("f32x4.convert_i32x4_s") },
  },
  toI32: {
    single: { f32: emit("i32.trunc_sat_f32_s") },
    vector: { f32: emit("i32x4.trunc_sat_f32x4_s") },
  },
  bitsToF32: { single: { i32: emit("f32.reinterpret_i32") }, vector: { i32: same } },
  bitsToI32: { single: { f32: emit("i32.reinterpret_f32") }, vector: { f32: same } },
} as const satisfies Record<KernelOp, Rule>;

/** The rule for an operation on arguments of a type and width. */
export function ruleFor(op: KernelOp, type: ValueType, vector: boolean): Emit {
  const rule: Rule = rules[op];
  const found = (vector ? rule.vector : rule.single)[type];
  if (found === undefined) throw new Error(`${op} has no meaning for ${type}`);
  return found;
}
