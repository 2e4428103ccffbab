// TensorFlow.js: its CPU backend, which trains but takes minutes for it, and its WebAssembly backend,
// which cannot train a convolution.

import { gflopOf, type Mode } from "../../src/measure/step.ts";
import { buildNetwork, type NetworkName } from "../networks.ts";
import { Child } from "./child.ts";
import { versionOf } from "./installed.ts";
import type { PeerKind } from "./peer.ts";

/** GFLOP/s of the CPU backend: 67 s for a training step of `mnist`, and the like for others. */
const cpuGflops = 0.03;
/** How long one step may take, in seconds. */
const bearable = 90;

/** Why a step on the CPU backend is not waited for. */
export function cpuRefusal(mode: Mode, name: NetworkName, batch: number): string | undefined {
  const seconds = gflopOf(buildNetwork(name), mode, batch) / cpuGflops;
  return seconds <= bearable ? undefined : `not run: about ${Math.round(seconds / 60)} minutes`;
}

function start(backend: "cpu" | "wasm"): Promise<Child> {
  return Child.startFile("tensorflow-js-process.ts", [backend]);
}

export const tensorflowJs: PeerKind = {
  code: "JavaScript",
  async start() {
    const version = versionOf("@tensorflow/tfjs", "TensorFlow.js");
    return {
      name: "TensorFlow.js, CPU",
      version: `TensorFlow.js ${version} on its CPU backend (one thread)`,
      child: await start("cpu"),
      refusal: cpuRefusal,
      inRounds: () => false,
    };
  },
};

export const tensorflowJsWasm: PeerKind = {
  code: "wasm",
  async start() {
    const version = versionOf("@tensorflow/tfjs-backend-wasm", "TensorFlow.js");
    return {
      name: "TensorFlow.js, WASM",
      version: `TensorFlow.js ${version} on its WASM backend (SIMD, one thread: it has no others in Node)`,
      child: await start("wasm"),
      refusal: (mode) => (mode === "training" ? "cannot: it has no filter gradient" : undefined),
      inRounds: () => true,
    };
  },
};
