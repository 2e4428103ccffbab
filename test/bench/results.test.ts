// The benchmark's tables: what is a ratio, what was wanted, and what stays empty.

import { expect, test } from "vitest";
import { networks } from "../../bench/networks.ts";
import type { ProductShape } from "../../bench/products.ts";
import {
  compileTable,
  convolutionTable,
  markdownTable,
  memoryTable,
  networkTable,
  productTable,
} from "../../bench/results.ts";
import type { NetworkTime } from "../../bench/rounds.ts";
import { fasterThanPytorch } from "../../bench/targets.ts";

const lenet: NetworkTime = {
  network: "lenet",
  mode: "training",
  batch: networks.lenet.batches.training[0],
  milliseconds: 2,
  predictedMilliseconds: 1.5,
  gflop: 0.2,
  shareOfPeak: 0.25,
  compileMilliseconds: 300,
  peers: [
    { side: "PyTorch", milliseconds: 5, note: "channels_last" },
    { side: "ONNX Runtime", note: "does not train" },
  ],
};

/** The cells of a table's only row. */
function cellsOf(table: string): string[] {
  const [, , row] = table.split("\n");
  return row.split("|").map((cell) => cell.trim());
}

test("a table's columns are in line", () => {
  const table = markdownTable(
    ["name", "ms"],
    [
      ["a", "10.5"],
      ["longer name", "2"],
    ],
  );
  expect(new Set(table.split("\n").map((line) => line.length)).size).toBe(1);
  expect(table.split("\n")[1]).toBe("| ----------- | ---: |");
});

test("a ratio stands beside what was wanted, and says whether it was reached", () => {
  expect(fasterThanPytorch("training", "lenet")).toBe(3);
  const cells = cellsOf(networkTable("training", [lenet], "x64-avx512"));
  expect(cells).toContain("2.50 of 3, no");
  expect(cells).toContain("5.00 (channels_last)");
  expect(cells).toContain("does not train");
  expect(cells).toContain("25 %");
  const faster = { ...lenet, milliseconds: 1.6 };
  expect(cellsOf(networkTable("training", [faster], "x64-avx512"))).toContain("3.13 of 3, yes");
});

test("inference is compared with the fastest peer too", () => {
  const peers = [
    { side: "PyTorch", milliseconds: 3 },
    { side: "ONNX Runtime", milliseconds: 1 },
  ];
  const time = { ...lenet, mode: "inference", peers } as const;
  const cells = cellsOf(networkTable("inference", [time], "x64-avx512"));
  expect(cells).toContain("1.50 of 1.5, yes");
  expect(cells).toContain("0.50 of 1, no");
  const web = { ...time, network: "resnet-50", peers: peers.slice(1) } as const;
  const wasm = networkTable("inference", [web], "wasm");
  expect(cellsOf(wasm)).toContain("0.50 of 2, no");
  expect(wasm).not.toContain("PyTorch");
});

test("without a peer there is no ratio", () => {
  const cells = cellsOf(networkTable("training", [{ ...lenet, peers: [] }], "x64-avx512"));
  expect(cells.slice(-2)).toEqual(["25 %", ""]);
});

test("the convolution is judged by its own target's wish", () => {
  const convolution = {
    pass: "forward",
    milliseconds: 25,
    predictedMilliseconds: 24,
    winogradMilliseconds: 20,
    winogradPredictedMilliseconds: 8,
  };
  const row = (target: string, peak: number, perThread: number) =>
    cellsOf(
      convolutionTable([
        {
          target,
          threads: 2,
          peak,
          convolutions: [{ ...convolution, peak, perThread }],
          products: [],
        },
      ]),
    );
  expect(row("x64-avx512", 100, 87.9)).toContain("88 %, no");
  expect(row("x64-avx512", 100, 88)).toContain("88 %, yes");
  expect(row("x64-avx2", 100, 85)).toContain("85 %, yes");
  expect(row("wasm", 45, 27.9)).toContain("28 GFLOP/s, no");
  expect(row("wasm", 45, 28)).toContain("28 GFLOP/s, yes");
  expect(row("wasm", 45, 28)).toContain("1.25 of 1.5, no");
});

test("a product of matrices is judged by its size", () => {
  const row = (shape: ProductShape, shareOfPeak: number) => {
    const time = { shape, milliseconds: 2, predictedMilliseconds: 1, shareOfPeak };
    const common = { target: "wasm", threads: 2, peak: 50, convolutions: [] };
    return cellsOf(productTable([{ ...common, products: [time] }]));
  };
  expect(row([4096, 4096, 64], 0.84)).toContain("85 %, no");
  expect(row([49, 2048, 512], 0.7)).toContain("70 %, yes");
});

test("compile times and memory stand beside their limits and bases", () => {
  const fresh = {
    network: "resnet",
    compileMilliseconds: 900,
    memory: { peak: 500, base: 90 },
    pytorchMemory: { peak: 900, base: 200 },
  } as const;
  const slow = { ...fresh, network: "resnet-50", compileMilliseconds: 2600 } as const;
  const compiled = compileTable([fresh, slow]);
  expect(compiled).toContain("under 1 s, yes");
  expect(compiled).toContain("under 2.5 s, no");
  expect(cellsOf(memoryTable([fresh]))).toEqual(["", "resnet", "500", "410", "900", "700", ""]);
  const { pytorchMemory: _, ...alone } = fresh;
  expect(cellsOf(memoryTable([alone]))).toEqual(["", "resnet", "500", "410", "", "", ""]);
});
