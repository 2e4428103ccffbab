// `npm run bench`: Fovea beside its peers, on the same work in the same run, and how near to what the
// machine can do.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exitCodeOf, tellError } from "../src/cli/exit.ts";
import { formatProfile } from "../src/cli/measurements.ts";
import { TargetError } from "../src/core/errors.ts";
import { type Device, describeDevice, openDevice, type TargetName } from "../src/machine/index.ts";
import { measureConvolution } from "../src/measure/convolution.ts";
import { measurePeak } from "../src/measure/peak.ts";
import { type FreshStart, startFresh } from "./fresh.ts";
import { describeMachine } from "./machine.ts";
import { networks } from "./networks.ts";
import { type BenchOptions, help, parseOptions } from "./options.ts";
import { endChildren } from "./peers/child.ts";
import { startPeers } from "./peers/index.ts";
import { timePictures } from "./pictures.ts";
import { predictedPage } from "./predicted.ts";
import { timeProducts } from "./products.ts";
import {
  busyNote,
  compileTable,
  convolutionTable,
  memoryTable,
  networkTable,
  pageOf,
  pictureTable,
  productTable,
  quietCores,
  type Results,
  resultsPage,
  styleTable,
  type TargetTime,
} from "./results.ts";
import { type NetworkTime, timeNetwork } from "./rounds.ts";
import { timeStyle } from "./style.ts";

/** The targets that have a compiler, for the table of convolutions. */
const compiled = ["x64-avx512", "x64-avx2", "wasm"] as const satisfies readonly TargetName[];

type Say = (text: string) => void;

function open(target: TargetName | "auto", { threads }: BenchOptions): Promise<Device> {
  return openDevice({ target, ...(threads === undefined ? {} : { threads }) });
}

/** Peak, convolution and products on every target that runs here, or on the one that was named. */
async function timeTargets(options: BenchOptions): Promise<TargetTime[]> {
  const times: TargetTime[] = [];
  for (const name of options.target === "auto" ? compiled : [options.target]) {
    try {
      const device = await open(name, options);
      const peak = await measurePeak(device);
      const convolutions = await measureConvolution(device, options.repeats);
      const products = await timeProducts(device, options.repeats);
      times.push({ target: device.target, threads: device.threads, peak, convolutions, products });
      await device.close();
    } catch (error) {
      if (options.target !== "auto" || !(error instanceof TargetError)) throw error;
    }
  }
  return times;
}

/** What a long run has found so far. */
function progressLine({ network, mode, batch, milliseconds, peers }: NetworkTime): string {
  const all = [{ side: "Fovea", milliseconds }, ...peers];
  const known = all.flatMap((side) =>
    side.milliseconds === undefined ? [] : `${side.side} ${side.milliseconds.toFixed(2)} ms`,
  );
  return `${network}, ${mode}, batch ${batch}: ${known.join(", ")}`;
}

async function timeAll(options: BenchOptions, folder: string, say: Say): Promise<Results> {
  const machine = await describeMachine();
  if (machine.busyCores > quietCores) say(busyNote(machine));
  const targets = await timeTargets(options);
  say(`\n${convolutionTable(targets)}\n\n${productTable(targets)}`);

  const device = await open(options.target, options);
  const known = targets.find(({ target }) => target === device.target);
  const peak = Math.max(known?.peak ?? 0, await measurePeak(device));
  const { python } = options;
  const settings = { threads: device.threads, folder, ...(python === undefined ? {} : { python }) };
  const peers = await startPeers(options.peers, settings, say);
  const times: NetworkTime[] = [];
  for (const mode of options.modes) {
    for (const name of options.nets) {
      for (const batch of networks[name].batches[mode]) {
        const how = { ...options, batch, device, peak, peers, say };
        const time = await timeNetwork(name, mode, how);
        times.push(time);
        say(progressLine(time));
        if (time.stages === undefined) continue;
        say(`\n${name}, ${mode}, batch ${batch}`);
        say(formatProfile(time.stages, time.milliseconds));
      }
    }
    say(
      `\n${mode}\n${networkTable(
        mode,
        times.filter((time) => time.mode === mode),
        device.target,
      )}`,
    );
  }
  for (const { child } of peers) await child.close();
  const trained = times.filter(({ mode }) => mode === "training");
  const fresh: FreshStart[] = [];
  for (const name of new Set(trained.map(({ network }) => network))) {
    const { peers: sides } = trained.find(({ network }) => network === name) as NetworkTime;
    const layout = sides.find(({ side }) => side === "PyTorch")?.note;
    const start = await startFresh(name, device, { layout, settings, say });
    fresh.push(start);
    say(`${start.network}: compiled in ${(start.compileMilliseconds / 1000).toFixed(2)} s`);
  }
  say(`\n${compileTable(fresh)}\n\n${memoryTable(fresh)}`);
  const style =
    options.styleSteps === 0
      ? undefined
      : await timeStyle(options.styleSteps, { ...options, device }, say);
  if (style !== undefined) say(`\n${styleTable(style)}`);
  await device.close();
  const pictures =
    options.pictures === 0
      ? undefined
      : await timePictures(options.pictures, { ...options, folder }, say);
  if (pictures !== undefined) say(`\n${pictureTable(pictures)}`);
  return {
    machine,
    target: device.target,
    device: describeDevice(device),
    versions: peers.map(({ version }) => version),
    repeats: options.repeats,
    targets,
    networks: times,
    fresh,
    ...(style && { style }),
    ...(pictures && { pictures }),
  };
}

async function writePage(name: string, text: string, say: Say): Promise<void> {
  await writeFile(new URL(name, import.meta.url), text);
  say(`\nbench/${name} is written.`);
}

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (options === "help") {
    console.log(help);
    return;
  }
  const say: Say = (text) => {
    if (!options.json) console.log(text);
  };
  const folder = await mkdtemp(join(tmpdir(), "fovea-bench-"));
  try {
    const results = await timeAll(options, folder, say);
    if (options.json) console.log(JSON.stringify(results));
    if (options.write) {
      await writePage(pageOf(results.target), resultsPage(results), say);
      if (options.profile) {
        await writePage(pageOf(results.target, "PREDICTED"), predictedPage(results), say);
      }
    }
  } finally {
    await endChildren();
    await rm(folder, { recursive: true });
  }
}

try {
  await main();
} catch (error) {
  process.stderr.write(tellError(error));
  process.exitCode = exitCodeOf(error);
}
