// `fovea train --base`: the head on features that are computed once, then more of the base; resumed at any place, it ends
// in the same bits.

import { existsSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test, vi } from "vitest";
import { decodeSafetensors } from "../../src/formats/safetensors.ts";
import { emptyFolder, putColours } from "../data/pictures.ts";
import { killedAfter } from "../kill-points.ts";
import { outcomeIn, recordsOf, refusalIn } from "./command-line.ts";

// A busy machine is slow.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

let folder: string;
const fovea = (args: string) => outcomeIn(folder, args);
const options =
  "--data photos --base resnet-20 --weights none --size 16 --batch-size 8 --target wasm --threads 1";

beforeAll(async () => {
  folder = await emptyFolder();
  await putColours(join(folder, "photos"), 8);
});

async function modelIn(run: string, file: "best" | "last") {
  const bytes = await readFile(join(folder, run, `${file}.safetensors`));
  const { tensors, metadata } = decodeSafetensors(bytes, run);
  const description = JSON.parse(metadata.fovea);
  for (const record of description.progress.history) record.seconds = 0;
  return { tensors, description };
}

test("the schedule is shown first, the head learns on features, then layers of the base do", async () => {
  const { code, stdout } = await fovea(
    `train ${options} --epochs 4 --patience 0 --unfreeze 9 --out runs/whole`,
  );
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /Phase 1, head: 195 parameters, 2 epochs, learning rate 0.001\nPhase 2, top layers: [\d,]{5,} parameters, 2 epochs, learning rate 0.0001\n/,
  );
  expect(stdout).toContain("Features of the frozen base are computed once");
  expect(stdout).toContain("Features are computed in each epoch: the base is trained.");
  expect(stdout).toContain("chosen  no augmentation");
  expect(stdout.indexOf("Phase 2, top layers")).toBeLessThan(stdout.indexOf("Features of the"));
  const { description } = await modelIn("runs/whole", "last");
  expect(description.progress).toMatchObject({ epochs: 4 });
  const { stdout: said } = await fovea("evaluate --model runs/whole");
  expect(said).toMatch(/accuracy [\d.]+, loss [\d.]+, on \d+ images/);
});

test("killed in any phase, it ends in the same bits", async () => {
  const line = `train ${options} --epochs 4 --patience 0 --unfreeze 9 --quiet`;
  expect((await fovea(`${line} --out runs/straight`)).code).toBe(0);
  let killed = 0;
  for (let changes = 5; ; changes += 18) {
    const call = () => fovea(`${line} --out runs/killed`);
    const { isKilled } = await killedAfter(changes, call, { half: false });
    if (!isKilled) break;
    killed++;
    const hasBegun = existsSync(join(folder, "runs/killed/args.json"));
    expect(
      (await fovea(hasBegun ? "train --resume runs/killed --quiet" : `${line} --out runs/killed`))
        .code,
    ).toBe(0);
    for (const file of ["best", "last"] as const) {
      const place = `${file} after ${changes} changes`;
      expect(await modelIn("runs/killed", file), place).toEqual(
        await modelIn("runs/straight", file),
      );
    }
    await rm(join(folder, "runs/killed"), { recursive: true });
  }
  expect(killed).toBeGreaterThan(1);
});

test("small pictures first: killed between two epochs of them, it ends in the same bits", async () => {
  const line =
    "train --data photos --base resnet-20 --weights none --sizes 8,16 --batch-size 8 --target wasm --threads 1 " +
    "--epochs 3 --patience 0 --unfreeze 9 --figures no --quiet";
  expect((await fovea(`${line} --out runs/grown`)).code).toBe(0);
  const call = () => fovea(`${line} --out runs/stunted`);
  expect((await killedAfter(14, call, { half: false })).isKilled).toBe(true);
  expect((await modelIn("runs/stunted", "last")).description.progress.epochs).toBe(1);
  expect((await fovea("train --resume runs/stunted --quiet")).code).toBe(0);
  for (const file of ["best", "last"] as const) {
    expect(await modelIn("runs/stunted", file), file).toEqual(await modelIn("runs/grown", file));
  }
  expect((await modelIn("runs/grown", "last")).description.progress.epochs).toBe(3);
});

test("a phase that no longer gets better makes room for the next, and the last one ends the run", async () => {
  const outcome = await fovea(
    `train ${options} --epochs 60 --patience 1 --learning-rate 0.05 --out runs/early --json`,
  );
  expect(outcome.code).toBe(0);
  const records = recordsOf(outcome);
  expect(records.at(-1)).toMatchObject({ event: "end", stopped: null });
  expect(records.filter(({ event }) => event === "epoch").length).toBeLessThan(60);
  expect((await fovea("report runs/early")).code).toBe(0);
});

test("with augmentation, features are computed in each epoch", async () => {
  const { code, stdout } = await fovea(`train ${options} --epochs 1 --augment light`);
  expect(code).toBe(0);
  expect(stdout).toMatch(/Features are computed in each epoch: ".*" is random\./);
});

test.each([
  ["--base resnet-20 --network lenet-5", /--network and --base do not go together/],
  ["--base resnet-20", /knows no published weights of resnet-20/],
  [
    "--base resnet-20 --weights none --phases head --unfreeze 3",
    /--unfreeze is for the second phase/,
  ],
  ["--sizes 8,16", /--sizes is for a network on a trained base/],
  ["--base resnet-20 --weights none --sizes 16,8", /whole numbers from 8 to 1024 that grow/],
  ["--base resnet-20 --weights none --sizes 8,12,16", /more sizes than phases/],
  ["--base resnet-20 --weights none --unfreeze conv9", /has no layer "conv9"/],
])("%s is refused", async (typed, message) => {
  const { code, stderr } = await refusalIn(folder, `train --data photos --size 16 ${typed}`);
  expect(stderr).toMatch(message);
  expect(code).toBe(2);
});
