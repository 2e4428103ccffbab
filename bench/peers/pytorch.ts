// PyTorch: training and inference, in the faster of its two memory layouts, by itself or by torch.compile.

import { fileURLToPath } from "node:url";
import { Child } from "./child.ts";
import { MissingPeer, type PeerKind, type PeerSettings } from "./peer.ts";

const script = fileURLToPath(new URL("pytorch.py", import.meta.url));
/** Where a Python with torch may be: a user's own, and the system's. */
export const pythons = ["python3", "/usr/bin/python3"];

/** The Pythons to try. */
export function pythonsOf({ python }: PeerSettings): readonly string[] {
  return python === undefined ? pythons : [python];
}

/** Starts PyTorch in the first Python that has it. @throws MissingPeer where none has. */
export async function startPython(
  settings: PeerSettings,
  args: readonly string[] = [],
): Promise<Child> {
  const { threads } = settings;
  const tried = pythonsOf(settings);
  for (const command of tried) {
    try {
      return await Child.start(command, [script, "--threads", String(threads), ...args]);
    } catch {
      // The next one may have it.
    }
  }
  throw new MissingPeer(
    `PyTorch is left out: ${tried.join(" and ")} cannot import torch. ` +
      "Get it by pip install torch or apt install python3-torch, or name a Python by --python.",
  );
}

export const pytorch: PeerKind = {
  code: "native",
  async start(settings) {
    const child = await startPython(settings);
    const { version } = child;
    const always = { refusal: () => undefined, inRounds: () => true };
    return { name: "PyTorch", version, child, ...always };
  },
};
