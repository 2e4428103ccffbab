// OpenVINO: inference of the networks that PyTorch exports.

import { fileURLToPath } from "node:url";
import { Child } from "./child.ts";
import { exporterFor } from "./onnx-models.ts";
import { MissingPeer, type PeerKind } from "./peer.ts";
import { pythonsOf } from "./pytorch.ts";

const script = fileURLToPath(new URL("openvino_process.py", import.meta.url));

export const openvino: PeerKind = {
  code: "native",
  async start(settings) {
    const prepare = await exporterFor(settings, "OpenVINO");
    const args = [script, "--threads", String(settings.threads), "--folder", settings.folder];
    for (const command of pythonsOf(settings)) {
      const child = await Child.start(command, args).catch(() => undefined);
      if (child === undefined) continue;
      return {
        name: "OpenVINO",
        version: child.version,
        child,
        prepare,
        refusal: (mode) => (mode === "training" ? "does not train" : undefined),
        inRounds: () => true,
      };
    }
    throw new MissingPeer("OpenVINO is left out: pip install openvino gets it.");
  },
};
