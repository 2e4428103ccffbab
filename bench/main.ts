// `npm run bench`: how fast Fovea is here, as fractions of what the machine can do.

import { formatPercent, formatProfile } from "../src/cli/measurements.ts";
import { describeDevice, openDevice } from "../src/machine/index.ts";
import { measureConvolution } from "../src/measure/convolution.ts";
import { measurePeak } from "../src/measure/peak.ts";
import { profile } from "../src/measure/profile.ts";
import { modes, prepareStep } from "../src/measure/step.ts";
import { sparseCategoricalCrossentropy } from "../src/nn/losses/sparse-categorical-crossentropy.ts";
import { buildNetwork, networks } from "./networks.ts";
import { parseOptions } from "./options.ts";

const options = parseOptions(process.argv.slice(2));
const say = (text: string) => {
  if (!options.json) console.log(text);
};
const device = await openDevice({
  target: options.target,
  ...(options.threads === undefined ? {} : { threads: options.threads }),
});
const peak = await measurePeak(device);
say(`${describeDevice(device)}; peak ${peak.toFixed(1)} GFLOP/s a thread\n`);
say("3x3 convolution, 64 to 64 channels, 28x28, batch 128");
const convolutions = await measureConvolution(device, options.repeats);
for (const { pass, milliseconds, perThread } of convolutions) {
  const time = `${milliseconds.toFixed(1)} ms`.padStart(10);
  const share = formatPercent(perThread / peak);
  say(`  ${pass.padEnd(16)}${time}  ${perThread.toFixed(1)} GFLOP/s a thread, ${share} of peak`);
}

const steps: object[] = [];
for (const name of options.nets) {
  for (const mode of modes) {
    const { batch } = networks[name];
    const loss = sparseCategoricalCrossentropy({ fromLogits: true });
    const step = await prepareStep(device, { network: buildNetwork(name), mode, batch, loss });
    await step.stopwatch.warmUp();
    const milliseconds = await step.stopwatch.median(options.repeats);
    const { compileMilliseconds } = step;
    say(`\n${name}, ${mode}, batch ${batch}: ${milliseconds.toFixed(2)} ms a step`);
    say(`  compiled in ${compileMilliseconds.toFixed(0)} ms`);
    const stages = options.profile
      ? await profile(device, step.program, { ...step, peak })
      : undefined;
    if (stages !== undefined) say(formatProfile(stages, milliseconds));
    steps.push({ network: name, mode, batch, milliseconds, compileMilliseconds, stages });
    step.close();
  }
}
await device.close();
if (options.json) {
  console.log(JSON.stringify({ device: describeDevice(device), peak, convolutions, steps }));
}
