// ONNX Runtime: inference of the networks that PyTorch exports.

import { Child } from "./child.ts";
import { versionOf } from "./installed.ts";
import { exporterFor } from "./onnx-models.ts";
import type { PeerKind } from "./peer.ts";

export const onnxruntime: PeerKind = {
  async start(settings) {
    versionOf("onnxruntime-node", "ONNX Runtime");
    const prepare = await exporterFor(settings, "ONNX Runtime");
    const args = [settings.folder, String(settings.threads)];
    const child = await Child.startFile("onnxruntime-process.ts", args);
    return [
      {
        name: "ONNX Runtime",
        version: child.version,
        child,
        prepare,
        refusal: (mode) => (mode === "training" ? "does not train" : undefined),
        inRounds: () => true,
      },
    ];
  },
};
