// The two passes over bytes in WebAssembly: the sums of resize-lines.ts to the bit, four or sixteen at a time. Where the
// engine has no WebAssembly, those loops do it.

import { CodeWriter } from "../machine/wasm/code.ts";
import { encodeModule, type WasmFunction } from "../machine/wasm/encode.ts";
import type { LineWeights } from "./resample.ts";
import { half, precision, wholeWeights } from "./whole-weights.ts";

/** Pictures of bytes, one below the other, of at most four channels. */
export interface BytePictures {
  readonly data: Uint8Array;
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** How the lines of a picture are resized; a pass that changes nothing is left out. */
export interface Passes {
  readonly rows: LineWeights | undefined;
  readonly columns: LineWeights | undefined;
}

/** A pass with its `parameters`. */
type Pass = (...numbers: readonly number[]) => void;

interface Kernel {
  readonly memory: WebAssembly.Memory;
  readonly rows: Pass;
  readonly columns: Pass;
}

const pageBytes = 2 ** 16;
const mostPages = 2 ** 16;
/** Memory that stays for the next picture. */
const mostKept = 16 << 20;
/** Loads and stores take sixteen bytes, the last of which lie behind the end. */
const vectorBytes = 16;

let compiled: WebAssembly.Module | undefined;
let idle: Kernel | undefined;
let isMissing = typeof WebAssembly === "undefined";

/** `[N, H, W, C] → [N, P, Q, C]`; undefined where there is no WebAssembly, or too little memory for it. */
export function resizeBytes(
  { data, count, height, width, channels }: BytePictures,
  { rows, columns }: Passes,
): Uint8Array | undefined {
  if (isMissing) return undefined;
  // Only lines that count are looked at.
  const last = (columns?.starts.length ?? 0) - 1;
  const top = columns?.starts[0] ?? 0;
  const bottom = columns === undefined ? height : columns.starts[last] + columns.counts[last];
  const used = bottom - top;
  const newHeight = columns?.starts.length ?? height;
  const oldLine = width * channels;
  const newLine = (rows?.starts.length ?? width) * channels;
  const places = new Places();
  const source = places.take(used * oldLine);
  const between = rows === undefined ? source : places.take(used * newLine);
  const target = columns === undefined ? between : places.take(newHeight * newLine);
  const rowTable = rows && places.takeTable(rows);
  const columnTable = columns && places.takeTable(columns);
  const kernel = kernelFor(places.end);
  if (kernel === undefined) return undefined;
  const { buffer } = kernel.memory;
  if (rows && rowTable) writeTable(buffer, rowTable, rows, channels, 0);
  if (columns && columnTable) writeTable(buffer, columnTable, columns, newLine, top);
  const bytes = new Uint8Array(buffer);
  const [oldSize, newSize] = [height * oldLine, newHeight * newLine];
  const result = new Uint8Array(count * newSize);
  for (let n = 0; n < count; n++) {
    const start = n * oldSize + top * oldLine;
    bytes.set(data.subarray(start, start + used * oldLine), source);
    if (rowTable) kernel.rows(source, between, used, oldLine, channels, ...rowTable);
    if (columnTable) kernel.columns(between, target, 1, newLine, channels, ...columnTable);
    result.set(bytes.subarray(target, target + newSize), n * newSize);
  }
  return result;
}

/** How many results a line has, the bytes of one's weights, and where offsets, counts and weights lie. */
type Table = readonly [
  length: number,
  bytes: number,
  offsets: number,
  counts: number,
  factors: number,
];

/** Places in memory, one behind the other. */
class Places {
  end = 0;

  take(bytes: number): number {
    const place = this.end;
    this.end += Math.ceil((bytes + vectorBytes) / vectorBytes) * vectorBytes;
    return place;
  }

  takeTable({ starts: { length }, width }: LineWeights): Table {
    const [offsets, counts] = [this.take(4 * length), this.take(4 * length)];
    return [length, 4 * width, offsets, counts, this.take(4 * length * width)];
  }
}

/** Pixels lie `step` bytes apart; the first `skipped` are not there. */
function writeTable(
  buffer: ArrayBuffer,
  [length, , offsets, counts, factors]: Table,
  weights: LineWeights,
  step: number,
  skipped: number,
): void {
  const { starts } = weights;
  const whole = wholeWeights(weights);
  new Int32Array(buffer, offsets, length).set(starts.map((start) => (start - skipped) * step));
  new Int32Array(buffer, counts, length).set(weights.counts);
  new Int32Array(buffer, factors, whole.length).set(whole);
}

/** A kernel with so much memory. */
function kernelFor(bytes: number): Kernel | undefined {
  const pages = Math.ceil(bytes / pageBytes);
  try {
    const kernel = idle ?? startKernel();
    const present = kernel.memory.buffer.byteLength / pageBytes;
    if (pages > present) kernel.memory.grow(pages - present);
    idle = pages * pageBytes <= mostKept ? kernel : undefined;
    return kernel;
  } catch {
    // Nothing may be compiled here, or there is not so much memory.
    isMissing = compiled === undefined;
    return undefined;
  }
}

function startKernel(): Kernel {
  compiled ??= new WebAssembly.Module(moduleBytes());
  const memory = new WebAssembly.Memory({ initial: 1, maximum: mostPages });
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory } });
  return { memory, rows: exports.rows as Pass, columns: exports.columns as Pass };
}

function moduleBytes(): Uint8Array<ArrayBuffer> {
  const memory = { initialPages: 1, maximumPages: mostPages, shared: false };
  return encodeModule([rowsFunction(), columnsFunction()], memory);
}

/** What a pass is handed, in this order: places in memory, numbers of bytes, and how many there are. */
const parameters = Array<"i32">(10).fill("i32");
const [from, to, lines, lineBytes, channels, length, tableBytes, offsets, counts, factors] =
  parameters.keys();

/** Locals of a pass: the first pixel that counts for a result, its weight, and how many follow. */
interface Sum {
  readonly pixel: number;
  readonly factor: number;
  readonly count: number;
}

/** `body` for each result of each line. */
function passFunction(name: string, body: (code: CodeWriter, sum: Sum) => void): WasmFunction {
  const code = new CodeWriter(parameters);
  const [i, pixel, factor, count] = Array.from({ length: 4 }, () => code.local("i32"));
  const entry = (table: number) =>
    code.get(table, i).i32(2).op("i32.shl", "i32.add").memory("i32.load");
  code.loop(() => {
    code.i32(0).set(i);
    code.loop(() => {
      code.get(from);
      entry(offsets).op("i32.add").set(pixel);
      entry(counts).set(count);
      code.get(factors, i, tableBytes).op("i32.mul", "i32.add").set(factor);
      body(code, { pixel, factor, count });
      code.get(i).i32(1).op("i32.add").tee(i).get(length).op("i32.lt_s").branchIf(0);
    });
    code.get(from, lineBytes).op("i32.add").set(from);
    code.get(lines).i32(1).op("i32.sub").tee(lines).branchIf(0);
  });
  return code.finish(name);
}

/** Adds weighed pixels to sums, which begin with half a unit: `step` bytes lie from one pixel to the next. */
function writeSums(
  code: CodeWriter,
  sums: readonly number[],
  { pixel, factor, count }: Sum,
  step: number,
  add: () => void,
): void {
  for (const sum of sums) code.i32(half).op("i32x4.splat").set(sum);
  code.block(() => {
    code.get(count).op("i32.eqz").branchIf(0);
    code.loop(() => {
      add();
      code.get(pixel, step).op("i32.add").set(pixel);
      code.get(factor).i32(4).op("i32.add").set(factor);
      code.get(count).i32(1).op("i32.sub").tee(count).branchIf(0);
    });
  });
}

const bytesToWords = ["i16x8.extend_low_i8x16_u", "i16x8.extend_high_i8x16_u"] as const;
const wordsToNumbers = ["i32x4.extend_low_i16x8_u", "i32x4.extend_high_i16x8_u"] as const;

/** Along a line: the channels of a pixel in one vector. What is stored beside them is overwritten by the next pixel. */
function rowsFunction(): WasmFunction {
  return passFunction("rows", (code, sum) => {
    const channelSums = code.local("v128");
    writeSums(code, [channelSums], sum, channels, () => {
      code.get(channelSums).get(sum.pixel).memory("v128.load32_zero");
      code.op(bytesToWords[0], wordsToNumbers[0]).get(sum.factor).memory("v128.load32_splat");
      code.op("i32x4.mul", "i32x4.add").set(channelSums);
    });
    code.get(to).get(channelSums).i32(precision).op("i32x4.shr_s").tee(channelSums);
    code.get(channelSums).op("i16x8.narrow_i32x4_s").tee(channelSums);
    code.get(channelSums).op("i8x16.narrow_i16x8_u").lane("i32x4.extract_lane", 0);
    code.memory("i32.store");
    code.get(to, channels).op("i32.add").set(to);
  });
}

/** From line to line: sixteen bytes of a line at a time. */
function columnsFunction(): WasmFunction {
  return passFunction("columns", (code, sum) => {
    const [x, pixel, factor, count] = Array.from({ length: 4 }, () => code.local("i32"));
    const [bytes, weight, ...sums] = Array.from({ length: 6 }, () => code.local("v128"));
    code.i32(0).set(x);
    code.loop(() => {
      code.get(sum.pixel, x).op("i32.add").set(pixel);
      code.get(sum.factor).set(factor).get(sum.count).set(count);
      writeSums(code, sums, { pixel, factor, count }, lineBytes, () => {
        code.get(pixel).memory("v128.load").set(bytes);
        code.get(factor).memory("v128.load32_splat").set(weight);
        sums.forEach((one, i) => {
          code.get(one, bytes).op(bytesToWords[i >> 1], wordsToNumbers[i & 1]);
          code.get(weight).op("i32x4.mul", "i32x4.add").set(one);
        });
      });
      code.get(to, x).op("i32.add");
      for (const pair of [sums.slice(0, 2), sums.slice(2)]) {
        for (const one of pair) code.get(one).i32(precision).op("i32x4.shr_s");
        code.op("i16x8.narrow_i32x4_s");
      }
      code.op("i8x16.narrow_i16x8_u").memory("v128.store");
      code.get(x).i32(vectorBytes).op("i32.add").tee(x).get(lineBytes).op("i32.lt_s").branchIf(0);
    });
    code.get(to, lineBytes).op("i32.add").set(to);
  });
}
