// torchvision: from a folder of pictures to tensors, by a DataLoader with workers; and style transfer on its VGG-19.

import { fileURLToPath } from "node:url";
import { Child } from "./child.ts";
import { MissingPeer } from "./peer.ts";
import { pythons } from "./pytorch.ts";

/** What it is started for, and by which script. */
const scripts = { pictures: "data_loader.py", style: "style_transfer.py" } as const;

/**
 * Starts torchvision in the first Python that has it; `options` are those of the script.
 *
 * @throws MissingPeer where none has it.
 */
export async function startTorchvision(
  work: keyof typeof scripts,
  options: readonly string[],
  python?: string,
): Promise<Child> {
  const script = fileURLToPath(new URL(scripts[work], import.meta.url));
  const tried = python === undefined ? pythons : [python];
  for (const command of tried) {
    try {
      return await Child.start(command, [script, ...options]);
    } catch {
      // The next one may have it.
    }
  }
  throw new MissingPeer(
    `torchvision is left out: ${tried.join(" and ")} cannot import it. ` +
      "Get it by pip install torchvision, or name a Python by --python.",
  );
}
