// Every instruction that the assembler knows, with low and high registers, bases that need a longer
// encoding, repeated memory, masks, and both widths. `instructions.txt` has their bytes, in this order.

import {
  type Assembler,
  gpr,
  type Place,
  type UnaryName,
  unaryCodes,
  type VectorName,
  type VectorWidth,
  vectorCodes,
} from "../../../src/machine/x64/assembler.ts";

const { rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi } = gpr;
const { r8, r9, r10, r11, r12, r13, r14, r15 } = gpr;

/** Writes one instruction. */
export type Write = (a: Assembler) => void;

const at = (base: number, displacement: number): Place => ({ base, displacement });
/** One element, repeated in all lanes. */
const every = (base: number, displacement: number): Place => ({ base, displacement, repeat: true });

const furthest = 0x7fffffff;
const lowest = -0x80000000;

/** General-purpose instructions, and the few that stand alone. */
const plain: Write[] = [
  (a) => a.move(rax, r15),
  (a) => a.move(r12, rsp),
  (a) => a.move(rbp, rsp),
  (a) => a.load(rcx, at(rsp, 8)),
  (a) => a.load(r9, at(r12, -8)),
  (a) => a.load(rbx, at(rbp, 0)),
  (a) => a.load(r14, at(r13, furthest)),
  (a) => a.load32(rax, at(rdi, 4)),
  (a) => a.load32(r10, at(r8, lowest)),
  (a) => a.loadByte(rcx, at(rsi, 1)),
  (a) => a.loadByte(r11, at(r12, 0x1234)),
  (a) => a.prefetch(at(rsi, 0x40)),
  (a) => a.prefetch(at(r12, -0x40)),
  (a) => a.storeRegister(at(rsp, 16), rsi),
  (a) => a.storeRegister(at(r13, 16), r15),
  (a) => a.store32(at(rbp, -4), rdx),
  (a) => a.store32(at(r12, 64), r8),
  (a) => a.storeByte(at(rax, 3), rcx),
  (a) => a.storeByte(at(rax, 3), rsi),
  (a) => a.storeByte(at(r9, 3), rsi),
  (a) => a.storeByte(at(rdx, 3), r13),
  (a) => a.constant(rdi, 0x123456789abcdefn),
  (a) => a.constant(r15, -1n),
  (a) => a.constant32(rcx, 0xffffffff),
  (a) => a.constant32(r11, -5),
  (a) => a.add(rax, rcx),
  (a) => a.add(r12, rbp),
  (a) => a.addConstant(rsp, -256),
  (a) => a.addConstant(r13, furthest),
  (a) => a.addConstantTo(at(rbp, 200), 1),
  (a) => a.addConstantTo(at(r12, lowest), lowest),
  (a) => a.multiplyConstant(rcx, r10, 12),
  (a) => a.multiplyConstant(r9, rax, -12),
  (a) => a.multiply(rcx, rdx),
  (a) => a.multiply(r8, r13),
  (a) => a.divide(rcx),
  (a) => a.divide(r12),
  (a) => a.compare(rsi, rdx),
  (a) => a.compare(r9, r10),
  // Constants and displacements of one byte, and just beyond.
  ...[-129, -128, 127, 128].flatMap((n): Write[] => [
    (a) => a.addConstant(rbx, n),
    (a) => a.addConstantTo(at(rcx, n), n),
    (a) => a.multiplyConstant(r10, rdx, n),
    (a) => a.compareConstant(r9, n),
    (a) => a.compare32Constant(rdx, n),
  ]),
  ...[rax, rsp, rbp, r12, r13].map(
    (base): Write =>
      (a) =>
        a.load(rdx, at(base, 0)),
  ),
  (a) => a.compareWith(rax, at(rsp, 24)),
  (a) => a.compareWith(r8, at(r13, 24)),
  (a) => a.compareConstant(rbx, 1000),
  (a) => a.compareConstant(r14, -1),
  (a) => a.compare32Constant(rcx, 0),
  (a) => a.compare32Constant(r10, 99),
  (a) => a.moveIf32("less", rcx, rdx),
  (a) => a.moveIf32("greater", r9, r8),
  (a) => a.zero(rax),
  (a) => a.zero(r11),
  (a) => a.push(rbp),
  (a) => a.push(r15),
  (a) => a.pop(rbx),
  (a) => a.pop(r12),
  (a) => a.return(),
  (a) => a.exchangeAdd32(at(r8, 0), rax),
  (a) => a.exchangeAdd32(at(rsp, 64), r9),
  (a) => a.copyBytes(),
  (a) => a.pause(),
  (a) => a.callRegister(rax),
  (a) => a.callRegister(r11),
  (a) => a.cpuid(),
  (a) => a.readExtendedControl(),
  (a) => a.zeroUpper(),
];

/** Displacements that a byte holds, which counts by `unit`s, and the first ones that it does not. */
const bordersOf = (unit: number) => [-129, -128, -1, 1, 127, 128].map((n) => n * unit);
const aroundBorders = (unit: number) => [...bordersOf(unit), unit + 2];

/** With 512 bits alone: masks, registers from 16 on, repeated memory. */
const wide: Write[] = [
  ...(Object.keys(vectorCodes) as VectorName[]).flatMap((name): Write[] => [
    (a) => a.vector(name, 1, 2, 3),
    (a) => a.vector(name, 31, 17, 24),
    (a) => a.vector(name, 9, 22, at(r12, 64)),
    (a) => a.vector(name, 16, 30, at(rbp, -4096)),
    (a) => a.vector(name, 23, 8, every(r13, -4)),
  ]),
  ...(Object.keys(unaryCodes) as UnaryName[]).flatMap((name): Write[] => [
    (a) => a.unary(name, 1, 3),
    (a) => a.unary(name, 26, 20),
    (a) => a.unary(name, 18, at(rsp, 4096)),
    (a) => a.unary(name, 5, at(r15, 0)),
  ]),
  ...aroundBorders(64).flatMap((displacement): Write[] => [
    (a) => a.vector("vaddps", 1, 2, at(rax, displacement)),
    (a) => a.storeVector(at(r12, displacement), 17),
    (a) => a.loadMasked(3, at(r9, displacement), 2),
    (a) => a.storeMasked(at(r9, displacement), 3, 2),
    (a) => a.round(3, at(rdi, displacement), 1),
    (a) => a.compareInts("less", 1, 30, at(rbp, displacement)),
    (a) => a.blendMasked(31, 16, at(r12, displacement), 2),
  ]),
  ...aroundBorders(4).flatMap((displacement): Write[] => [
    (a) => a.vector("vfmadd231ps", 1, 2, every(rax, displacement)),
    (a) => a.unary("vbroadcastss", 20, at(rsp, displacement)),
    (a) => a.unary("vpbroadcastd", 2, at(r8, displacement)),
    (a) => a.storeFirst(at(r15, displacement), 27),
    (a) => a.compareFloats("less", 2, 9, every(rbx, displacement)),
  ]),
  ...aroundBorders(8).map(
    (displacement): Write =>
      (a) =>
        a.vector("vpmuludq", 1, 2, every(rsi, displacement)),
  ),
  ...aroundBorders(16).map(
    (displacement): Write =>
      (a) =>
        a.unary("vpmovzxbd", 1, at(rsi, displacement)),
  ),
  ...aroundBorders(1).flatMap((displacement): Write[] => [
    (a) => a.storeLow(at(rsp, displacement), 6),
    (a) => a.loadLow(6, at(r13, displacement)),
  ]),
  (a) => a.storeVector(at(r12, 64), 5),
  (a) => a.storeAround(at(r12, 64), 5),
  (a) => a.storeAround(at(rax, 0), 13),
  (a) => a.storeVector(at(rax, 64), 30),
  (a) => a.storeLow(at(rsp, 32), 6),
  (a) => a.storeLow(at(r12, 48), 15),
  (a) => a.loadLow(6, at(rsp, 32)),
  (a) => a.loadLow(15, at(r13, 48)),
  (a) => a.storeFirst(at(rsp, 4), 2),
  (a) => a.storeFirst(at(r15, 4), 27),
  (a) => a.moveToVector(1, rax),
  (a) => a.moveToVector(29, r8),
  (a) => a.moveFromVector(rcx, 3),
  (a) => a.moveFromVector(r14, 19),
  (a) => a.round(3, 4, 0),
  (a) => a.round(30, 21, 1),
  (a) => a.round(13, at(r12, 8), 1),
  (a) => a.shift64("left", 2, 3, 32),
  (a) => a.shift64("right", 25, 31, 7),
  (a) => a.loadMasked(4, at(rsi, 0), 1),
  (a) => a.loadMasked(28, at(r12, 128), 7),
  (a) => a.storeMasked(at(rdi, 0), 4, 1),
  (a) => a.storeMasked(at(rsp, 128), 20, 3),
  (a) => a.compareFloats("equal", 1, 2, 3),
  (a) => a.compareFloats("less", 1, 30, at(r13, 0)),
  (a) => a.compareFloats("lessEqual", 2, 9, every(rbx, 16)),
  (a) => a.compareInts("equal", 1, 2, 3),
  (a) => a.compareInts("less", 1, 30, at(rbp, 0)),
  (a) => a.compareInts("lessEqual", 7, 9, 17),
  (a) => a.maskToVector(5, 1),
  (a) => a.maskToVector(29, 2),
  (a) => a.vectorToMask(1, 5),
  (a) => a.vectorToMask(3, 29),
  (a) => a.blendMasked(1, 2, 3, 1),
  (a) => a.blendMasked(31, 16, at(r12, 0), 2),
  (a) => a.setMask(1, rcx),
  (a) => a.setMask(5, rdi),
  (a) => a.fullMask(1),
  (a) => a.fullMask(6),
  (a) => a.gather(1, at(rsi, 0), 2, 1),
  (a) => a.gather(30, at(r12, 64), 19, 5),
  (a) => a.gather(9, at(r13, -4), 25, 2),
  (a) => a.gather(17, at(rsp, furthest), 12, 3),
];

const narrow: Write[] = [
  ...(Object.keys(vectorCodes) as VectorName[]).flatMap((name): Write[] => [
    (a) => a.vector(name, 1, 2, 3),
    (a) => a.vector(name, 15, 8, 12),
    (a) => a.vector(name, 9, 3, at(r12, 32)),
    (a) => a.vector(name, 0, 13, at(rbp, -32)),
  ]),
  ...(Object.keys(unaryCodes) as UnaryName[]).flatMap((name): Write[] => [
    (a) => a.unary(name, 14, 9),
    (a) => a.unary(name, 7, at(r13, -32)),
    (a) => a.unary(name, 10, at(rsp, 4)),
  ]),
  ...aroundBorders(1).flatMap((displacement): Write[] => [
    (a) => a.vector("vaddps", 1, 2, at(rax, displacement)),
    (a) => a.unary("vbroadcastss", 9, at(r12, displacement)),
    (a) => a.storeVector(at(rcx, displacement), 11),
    (a) => a.storePair(at(r14, displacement), 11),
    (a) => a.storeLane(at(r14, displacement), 11, 2),
  ]),
  (a) => a.storeVector(at(r12, 64), 5),
  (a) => a.storeAround(at(r12, 64), 5),
  (a) => a.storeAround(at(rax, 0), 13),
  (a) => a.storeVector(at(rbp, 0), 13),
  (a) => a.storeLow(at(rsp, 32), 6),
  (a) => a.storeLow(at(r12, 48), 15),
  (a) => a.loadLow(6, at(rsp, 32)),
  (a) => a.loadLow(15, at(r13, 48)),
  (a) => a.storeFirst(at(rsp, 4), 2),
  (a) => a.storeFirst(at(r13, 4), 11),
  (a) => a.moveToVector(1, rax),
  (a) => a.moveToVector(12, r9),
  (a) => a.moveFromVector(rcx, 3),
  (a) => a.moveFromVector(r14, 10),
  (a) => a.round(3, 4, 0),
  (a) => a.round(13, at(r12, 8), 1),
  (a) => a.shift64("left", 2, 3, 32),
  (a) => a.shift64("right", 14, 9, 32),
  (a) => a.loadByMask(4, 13, at(rsi, 0)),
  (a) => a.loadByMask(12, 3, at(r13, 96)),
  (a) => a.storePair(at(rdi, 0), 4),
  (a) => a.storePair(at(r12, 96), 15),
  (a) => a.storeLane(at(rdi, 8), 4, 2),
  (a) => a.storeLane(at(r12, 96), 15, 0),
  (a) => a.upperHalf(14, 3),
  (a) => a.upperHalf(2, 12),
  (a) => a.compareFloats("equal", 1, 2, 3),
  (a) => a.compareFloats("less", 13, 9, at(r13, 0)),
  (a) => a.compareFloats("lessEqual", 4, 5, 14),
  (a) => a.equalInts(1, 2, 3),
  (a) => a.equalInts(12, 13, at(rbp, 0)),
  (a) => a.greaterInts(1, 2, 3),
  (a) => a.greaterInts(9, 10, at(rsp, 0)),
  (a) => a.blend(1, 2, 3, 4),
  (a) => a.blend(15, 9, at(r12, 0), 13),
  (a) => a.gather(1, at(rsi, 0), 2, 3),
  (a) => a.gather(14, at(r12, 64), 9, 11),
  (a) => a.gather(5, at(r13, -4), 12, 2),
];

const of = (width: VectorWidth, writes: readonly Write[]) =>
  writes.map((write) => ({ width, write }));

/** Each instruction, and the width of the assembler that writes it. */
export const instructions: readonly { readonly width: VectorWidth; readonly write: Write }[] = [
  ...of(256, plain),
  ...of(512, wide),
  ...of(256, narrow),
];
