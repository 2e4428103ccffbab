// Predicts and trains one step with every architecture of the zoo, or with those that are named, at a small input.
//
//     npx tsx test/endurance/zoo-training.ts [name …]

import { openDevice } from "../../src/machine/open.ts";
import { zoo } from "../../src/zoo/index.ts";
import { trainingStep } from "../zoo/training-step.ts";

const chosen = process.argv.slice(2);
const device = await openDevice();
let failures = 0;
for (const name of chosen.length > 0 ? chosen : zoo.names) {
  const start = performance.now();
  let outcome: string;
  try {
    const { predictions, loss, moved } = await trainingStep(name, device);
    const isSound = Number.isFinite(loss) && moved > 0 && predictions.data.every(Number.isFinite);
    if (!isSound) failures++;
    outcome = `${isSound ? "trains" : "FAILS "}  loss ${loss.toFixed(4)}`;
  } catch (error) {
    failures++;
    outcome = `FAILS   ${String(error)}`;
  }
  console.log(`${name.padEnd(24)} ${outcome}  ${Math.round(performance.now() - start)} ms`);
}
await device.close();
console.log(failures === 0 ? "All train." : `${failures} do not train.`);
process.exitCode = failures === 0 ? 0 : 1;
