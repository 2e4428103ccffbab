// torchvision: from a folder of pictures to tensors, by a DataLoader with workers.

import { fileURLToPath } from "node:url";
import { Child } from "./child.ts";
import { MissingPeer } from "./peer.ts";
import { pythons } from "./pytorch.ts";

const script = fileURLToPath(new URL("data_loader.py", import.meta.url));

/** Starts torchvision in the first Python that has it. @throws MissingPeer where none has. */
export async function startTorchvision(workers: number, python?: string): Promise<Child> {
  const tried = python === undefined ? pythons : [python];
  for (const command of tried) {
    try {
      return await Child.start(command, [script, "--workers", String(workers)]);
    } catch {
      // The next one may have it.
    }
  }
  throw new MissingPeer(
    `torchvision is left out: ${tried.join(" and ")} cannot import it. ` +
      "Get it by pip install torchvision, or name a Python by --python.",
  );
}
