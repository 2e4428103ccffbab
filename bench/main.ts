// `npm run bench`: how fast Fovea is here, as fractions of what the machine can do.
// Options: --target, --threads, --repeats, --profile (time of every kernel), --json.

import { parseArgs } from "node:util";
import { describeDevice, openDevice, type TargetName } from "../src/machine/index.ts";
import { measureConvolution } from "./convolution.ts";
import { measurePeak } from "./peak.ts";
import { measureTrainingStep } from "./training-step.ts";

const { values } = parseArgs({
  options: {
    target: { type: "string", default: "auto" },
    threads: { type: "string" },
    repeats: { type: "string", default: "15" },
    profile: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});

const device = await openDevice({
  target: values.target as TargetName | "auto",
  ...(values.threads === undefined ? {} : { threads: Number(values.threads) }),
});
const repeats = Number(values.repeats);
const peak = await measurePeak(device);
const convolutions = await measureConvolution(device, repeats);
const step = await measureTrainingStep(device, "mnist", 128, {
  repeats,
  profiled: values.profile,
});
await device.close();

if (values.json) {
  console.log(JSON.stringify({ device: describeDevice(device), peak, convolutions, step }));
} else {
  const share = (value: number) => `${Math.round((100 * value) / peak)} % of peak`;
  console.log(`${describeDevice(device)}; peak ${peak.toFixed(1)} GFLOP/s a thread\n`);
  console.log("3x3 convolution, 64 to 64 channels, 28x28, batch 128");
  for (const { pass, milliseconds, perThread } of convolutions) {
    const time = `${milliseconds.toFixed(1)} ms`.padStart(10);
    console.log(
      `  ${pass.padEnd(16)}${time}  ${perThread.toFixed(1)} GFLOP/s a thread, ${share(perThread)}`,
    );
  }
  console.log(`\ntraining step, ${step.network}, batch ${step.batch}`);
  console.log(`  compiled in ${step.compileMilliseconds.toFixed(0)} ms`);
  console.log(`  ${step.stepMilliseconds.toFixed(1)} ms a step`);
  for (const { name, milliseconds } of [...step.kernels].sort(
    (a, b) => b.milliseconds - a.milliseconds,
  )) {
    console.log(`    ${name.padEnd(24)}${milliseconds.toFixed(3)} ms`);
  }
}
