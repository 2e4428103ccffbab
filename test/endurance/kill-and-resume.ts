// Kills training runs at random moments, resumes each, and compares the final weights with those of a run
// that nobody killed, bit for bit: `npx tsx test/endurance/kill-and-resume.ts [kills] [folder]`. Ends with
// status 1 where one differs, or where any file is left half-written.

import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeSafetensors } from "../../src/formats/safetensors.ts";

const [kills = "50", where = tmpdir()] = process.argv.slice(2);
const child = new URL("../train/backup-child.ts", import.meta.url).pathname;
const folder = mkdtempSync(join(where, "fovea-killed-"));
const epochs = 8;

interface Outcome {
  /** The digest of the weights, of a run that came to its end. */
  readonly digest: string | undefined;
  /** From the first step to the end. */
  readonly milliseconds: number;
}

/** When a run is killed: so long after an epoch's first step. */
interface Moment {
  readonly epoch: number;
  readonly milliseconds: number;
}

/** Runs the child, and kills it where a moment is given. */
function run(path: string, often: string, moment?: Moment): Promise<Outcome> {
  return new Promise((resolve) => {
    const one = spawn(process.execPath, ["--import", "tsx", child, path, often, String(epochs)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let text = "";
    let began: number | undefined;
    let kill: NodeJS.Timeout | undefined;
    one.stdout.on("data", (more) => {
      text += more;
      began ??= performance.now();
      if (moment === undefined || kill !== undefined) return;
      if (!text.includes(`step ${moment.epoch}.`)) return;
      kill = setTimeout(() => one.kill("SIGKILL"), moment.milliseconds);
    });
    one.on("exit", () => {
      clearTimeout(kill);
      const digest = /end (\w+)/.exec(text)?.[1];
      resolve({ digest, milliseconds: performance.now() - (began ?? 0) });
    });
  });
}

/** What lies in the folder: whole files, and pieces that a write under way has left. */
function look(): { broken: string[]; pieces: string[] } {
  const names = readdirSync(folder);
  const pieces = names.filter((name) => name.endsWith(".tmp"));
  const broken = names
    .filter((name) => !name.endsWith(".tmp"))
    .filter((name) => {
      try {
        decodeSafetensors(readFileSync(join(folder, name)), name);
        return false;
      } catch {
        return true;
      }
    });
  return { broken, pieces };
}

const frequencies = ["1", "3", "epoch"];
const straight = new Map<string, Outcome>();
for (const often of frequencies) {
  straight.set(often, await run(join(folder, `straight-${often}.safetensors`), often));
}
const expected = straight.get("epoch")?.digest;
const sum = { rounds: 0, killed: 0, equal: 0, broken: 0, pieces: 0, left: 0 };
// A run that is over before its kill does not count: it is begun again.
while (sum.killed < Number(kills)) {
  const round = sum.rounds++;
  const often = frequencies[round % frequencies.length];
  const path = join(folder, `round-${round}.safetensors`);
  const whole = straight.get(often)?.milliseconds ?? 0;
  const moment = {
    epoch: 1 + Math.floor(Math.random() * epochs),
    milliseconds: (Math.random() * whole) / epochs,
  };
  const { digest } = await run(path, often, moment);
  const after = look();
  const again = await run(path, often);
  const end = look();
  if (digest === undefined) sum.killed++;
  if (again.digest === expected) sum.equal++;
  sum.broken += after.broken.length + end.broken.length;
  sum.pieces += after.pieces.length;
  sum.left += end.pieces.length;
  const at = `epoch ${moment.epoch} + ${moment.milliseconds.toFixed(0)} ms`;
  const how = digest === undefined ? `killed at ${at}` : "over before its kill";
  console.log(`${round + 1}: ${how}, backup every ${often}: ${again.digest === expected}`);
  rmSync(path, { force: true });
}
console.log(
  `${sum.rounds} rounds: ${sum.killed} killed while training, ${sum.equal} ended in the same bits; ` +
    `${sum.broken} broken files, ${sum.pieces} pieces after kills, ${sum.left} after resuming`,
);
rmSync(folder, { recursive: true });
const isRight = sum.equal === sum.rounds && sum.broken + sum.left === 0 && expected !== undefined;
process.exitCode = isRight ? 0 : 1;
