// All that a run of the benchmark finds, as tables. They are Markdown, so that the same text is read
// on a terminal and kept in a page for each target.

import type { ConvolutionTime } from "../src/measure/convolution.ts";
import { type Mode, modes } from "../src/measure/step.ts";
import type { FreshStart } from "./fresh.ts";
import type { Machine } from "./machine.ts";
import type { Memory } from "./peers/lines.ts";
import type { PictureTimes } from "./pictures.ts";
import type { ProductTime } from "./products.ts";
import type { NetworkTime, SideTime } from "./rounds.ts";
import type { StyleTimes } from "./style.ts";
import {
  compileSeconds,
  convolutionTargets,
  fasterInStyle,
  fasterThanBest,
  fasterThanPytorch,
  fasterThanTorchvision,
  productShare,
  winogradSpeedup,
} from "./targets.ts";

/** The convolution on one target. */
export interface TargetTime {
  readonly target: string;
  readonly threads: number;
  /** GFLOP/s of one thread. */
  readonly peak: number;
  readonly convolutions: readonly ConvolutionTime[];
  readonly products: readonly ProductTime[];
}

/** Everything. */
export interface Results {
  readonly machine: Machine;
  /** Where Fovea ran the networks: the target's name, and it with its threads. */
  readonly target: string;
  readonly device: string;
  readonly versions: readonly string[];
  readonly repeats: number;
  readonly targets: readonly TargetTime[];
  readonly networks: readonly NetworkTime[];
  readonly fresh: readonly FreshStart[];
  readonly style?: StyleTimes;
  readonly pictures?: PictureTimes;
}

/** More cores than this at work for others, and they show in the numbers. */
export const quietCores = 0.1;

export function busyNote({ busyCores, cores }: Machine): string {
  return (
    `Other programs kept ${busyCores.toFixed(1)} of ${cores} cores busy: do not rely on these times, ` +
    "nor on the ratios, as not all sides suffer alike."
  );
}

/** A table of Markdown with its columns in line; all but the first stand to the right. */
export function markdownTable(
  heading: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const widths = heading.map((title, i) =>
    Math.max(3, title.length, ...rows.map((row) => row[i].length)),
  );
  const line = (cells: readonly string[]) => {
    const padded = cells.map((cell, i) =>
      i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]),
    );
    return `| ${padded.join(" | ")} |`;
  };
  const rule = widths.map(
    (width, i) => "-".repeat(width - (i === 0 ? 0 : 1)) + (i === 0 ? "" : ":"),
  );
  return [line(heading), `| ${rule.join(" | ")} |`, ...rows.map(line)].join("\n");
}

function formatMilliseconds(value: number): string {
  return value < 10 ? value.toFixed(2) : value.toFixed(1);
}

function formatShare(value: number): string {
  return `${(100 * value).toFixed(0)} %`;
}

/** How many times faster, what was wanted, and whether it was reached. */
function formatRatio(ratio: number | undefined, wanted: number): string {
  if (ratio === undefined) return "";
  return `${ratio.toFixed(2)} of ${wanted}, ${ratio >= wanted ? "yes" : "no"}`;
}

export function convolutionTable(targets: readonly TargetTime[]): string {
  const rows = targets.flatMap(({ target, convolutions }) =>
    convolutions.map((time) => {
      const { pass, milliseconds, predictedMilliseconds, perThread, peak } = time;
      const { share, gflops } = convolutionTargets[target] ?? {};
      const wanted = share === undefined ? `${gflops ?? "any"} GFLOP/s` : formatShare(share);
      const reached = perThread / peak >= (share ?? 0) && perThread >= (gflops ?? 0);
      return [
        `${target}, ${pass}`,
        formatMilliseconds(milliseconds),
        formatMilliseconds(predictedMilliseconds),
        perThread.toFixed(1),
        peak.toFixed(1),
        `${((100 * perThread) / peak).toFixed(1)} %`,
        `${wanted}, ${reached ? "yes" : "no"}`,
        formatMilliseconds(time.winogradMilliseconds),
        formatMilliseconds(time.winogradPredictedMilliseconds),
        formatRatio(milliseconds / time.winogradMilliseconds, winogradSpeedup),
      ];
    }),
  );
  const plain = ["ms", "predicted ms", "GFLOP/s a thread", "peak", "of peak", "wanted"];
  const heading = ["pass", ...plain, "Winograd ms", "predicted ms", "times faster"];
  return markdownTable(heading, rows);
}

export function productTable(targets: readonly TargetTime[]): string {
  const rows = targets.flatMap(({ target, products }) =>
    products.map(({ shape, milliseconds, predictedMilliseconds, shareOfPeak }) => {
      const wanted = productShare(shape);
      return [
        `${target}, ${shape.join(" x ")}`,
        formatMilliseconds(milliseconds),
        formatMilliseconds(predictedMilliseconds),
        formatShare(shareOfPeak),
        `${formatShare(wanted)}, ${shareOfPeak >= wanted ? "yes" : "no"}`,
      ];
    }),
  );
  return markdownTable(["product", "ms", "predicted ms", "of peak", "wanted"], rows);
}

function timeOf({ peers }: NetworkTime, side: string): number | undefined {
  return peers.find((peer) => peer.side === side)?.milliseconds;
}

/** The time of the fastest peer, if there is one. */
function bestOf({ peers }: NetworkTime): number | undefined {
  const times = peers.flatMap(({ milliseconds }) => milliseconds ?? []);
  return times.length === 0 ? undefined : Math.min(...times);
}

function formatSide({ milliseconds, note }: SideTime): string {
  if (milliseconds === undefined) return note ?? "";
  const time = formatMilliseconds(milliseconds);
  return note === undefined ? time : `${time} (${note})`;
}

/** Every side's time in one mode, and how many times faster Fovea is on its target. */
export function networkTable(mode: Mode, times: readonly NetworkTime[], target: string): string {
  const sides = times[0]?.peers.map(({ side }) => side) ?? [];
  const hasPytorch = sides.includes("PyTorch");
  const rows = times.map((time) => {
    const pytorch = timeOf(time, "PyTorch");
    const ratio = (other: number | undefined) =>
      other === undefined ? undefined : other / time.milliseconds;
    return [
      `${time.network}, batch ${time.batch}`,
      formatMilliseconds(time.milliseconds),
      formatMilliseconds(time.predictedMilliseconds),
      formatShare(time.shareOfPeak),
      ...time.peers.map(formatSide),
      ...(hasPytorch ? [formatRatio(ratio(pytorch), fasterThanPytorch(mode, time.network))] : []),
      ...(mode === "inference"
        ? [formatRatio(ratio(bestOf(time)), fasterThanBest(time.network, target))]
        : []),
    ];
  });
  const heading = [
    "network",
    "Fovea ms",
    "predicted ms",
    "of peak",
    ...sides,
    ...(hasPytorch ? ["times PyTorch's speed"] : []),
    ...(mode === "inference" ? ["times the fastest peer's"] : []),
  ];
  return markdownTable(heading, rows);
}

export function compileTable(fresh: readonly FreshStart[]): string {
  const wanted: Readonly<Record<string, number>> = compileSeconds;
  const rows = fresh.map(({ network, compileMilliseconds }) => {
    const limit = wanted[network];
    const verdict = compileMilliseconds / 1e3 <= limit ? "yes" : "no";
    const target = limit === undefined ? "" : `under ${limit} s, ${verdict}`;
    return [network, (compileMilliseconds / 1e3).toFixed(2), target];
  });
  return markdownTable(["training step of", "seconds", "wanted"], rows);
}

export function memoryTable(fresh: readonly FreshStart[]): string {
  const columns = (memory: Memory | undefined) =>
    memory === undefined
      ? ["", ""]
      : [memory.peak.toFixed(0), (memory.peak - memory.base).toFixed(0)];
  const rows = fresh.map(({ network, memory, pytorchMemory }) => [
    network,
    ...columns(memory),
    ...columns(pytorchMemory),
  ]);
  const heading = ["training", "Fovea MiB", "without base", "PyTorch MiB", "without base"];
  return markdownTable(heading, rows);
}

/** The file of a target's page: RESULTS.md and PREDICTED.md have those of the fastest one. */
export function pageOf(target: string, page: "RESULTS" | "PREDICTED" = "RESULTS"): string {
  return target === "x64-avx512" ? `${page}.md` : `${page}-${target}.md`;
}

/** Pictures a second, beside those of torchvision. */
export function pictureTable(times: PictureTimes): string {
  const { peer, version = "torchvision", workers } = times;
  const rows = [
    ["opening the folder: decode, check, resize, keep", times.opening],
    ["a pass that decodes again", times.decoding],
    ["a pass over what is kept", times.kept],
  ] as const;
  const ratio = (rate: number, wanted?: number) => {
    if (peer === undefined) return "";
    const reached = rate / peer;
    if (wanted === undefined) return reached.toFixed(2);
    return `${reached.toFixed(2)} of ${wanted}, ${reached >= wanted ? "yes" : "no"}`;
  };
  const lines = rows.map(([name, rate], i) => [
    name,
    rate.toFixed(0),
    ratio(rate, i === 2 ? fasterThanTorchvision : undefined),
  ]);
  const peerLine =
    peer === undefined ? [] : [[`${version}, a pass of a DataLoader`, peer.toFixed(0), "1.00"]];
  return markdownTable(
    [`${workers} workers`, "pictures a second", "beside torchvision"],
    [...lines, ...peerLine],
  );
}

export function styleTable({ milliseconds, peer, version, layout }: StyleTimes): string {
  const rows = [["Fovea", milliseconds.toFixed(0), ratioOf(milliseconds, peer)]];
  if (peer !== undefined) rows.push([`${version}, ${layout}`, peer.toFixed(0), "1.00"]);
  return markdownTable(["style transfer", "ms a step", "beside PyTorch"], rows);
}

function ratioOf(milliseconds: number, peer: number | undefined): string {
  if (peer === undefined) return "";
  const reached = peer / milliseconds;
  return `${reached.toFixed(2)} of ${fasterInStyle}, ${reached >= fasterInStyle ? "yes" : "no"}`;
}

function stylePart({ style }: Results): string {
  if (style === undefined) return "";
  return `
## Style transfer

The loss of Gatys et al. and its gradient for a picture of ${style.size} x ${style.size}, with the layers of VGG-19 and
weights at random, by L-BFGS; its own work is part of a step.

${styleTable(style)}
`;
}

function picturesPart({ pictures }: Results): string {
  if (pictures === undefined) return "";
  return `
## From a folder to tensors

${pictures.pictures} JPEG pictures of 224 x 224: resized to 160 x 160, flipped at random, standardised, in batches of 32.
Fovea decodes a picture once and keeps its bytes; every later epoch is a pass over what is kept.

${pictureTable(pictures)}
`;
}

/** The page of a run. */
export function resultsPage(results: Results): string {
  const { machine, networks, target } = results;
  const ofMode = (mode: Mode) => networks.filter((time) => time.mode === mode);
  const [training, inference] = modes.map((mode) => networkTable(mode, ofMode(mode), target));
  return `# Fovea beside its peers

Made by \`npm run bench -- --write\`; not edited by hand.

- ${machine.date}, Fovea ${machine.fovea}, Node ${machine.node}, ${machine.system}
- ${machine.processor}, ${machine.cores} cores, ${machine.memoryGigabytes} GB
- Fovea on ${results.device}; beside it ${results.versions.join(", ") || "no peer"}, each with as many threads unless it says otherwise
- ${machine.busyCores > quietCores ? `**${busyNote(machine)}**` : "No other program was at work"}

All sides take their turns in one run: ${results.repeats} rounds of a few steps each, and the median of all steps.
"Predicted" is the cost model's answer, from the kernels and the machine's numbers alone and the
clock rate that the measured peak implies. "Of peak" counts the operations of the network's layers,
whatever the schedule makes of them.

## The convolution

3x3, 64 to 64 channels, 28x28, batch 128, \`same\` padding, each pass alone: with plain sums, as
\`exact\` precision has them, then by Winograd's convolution, which \`fast\` precision allows.

${convolutionTable(results.targets)}

## Products of matrices

Rows of the first matrix, what is summed over, and columns of the second. Bringing either into another order is part of
the time.

${productTable(results.targets)}

## A training step

Forward, backward and Adam on random images in memory, in milliseconds. Fovea's steps also pick their
rows by index and turn bytes into numbers; several go in one call, as \`fit\` sends them. PyTorch runs
in the faster of its two memory layouts, by itself or by \`torch.compile\`.

${training}

## Inference

Forward only, in milliseconds. What Fovea makes of weights alone is made before the first step, as it is for the
peers that compile.

${inference}

## Compile time

From the network to code that is ready to run, in a process that compiled nothing before.

${compileTable(results.fresh)}
${stylePart(results)}${picturesPart(results)}
## Peak resident memory

Each network alone in a process of its own, which trains it for 10 steps. "Without base" leaves out
what the process held before any network: Node with its threads, or Python with PyTorch loaded.

${memoryTable(results.fresh)}
`;
}
