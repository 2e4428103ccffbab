// ONNX Runtime: inference of the networks that PyTorch exports.

import { Child } from "./child.ts";
import { versionOf } from "./installed.ts";
import { MissingPeer, type PeerKind } from "./peer.ts";
import { startPython } from "./pytorch.ts";

export const onnxruntime: PeerKind = {
  async start(settings) {
    versionOf("onnxruntime-node", "ONNX Runtime");
    const exporter = await startPython(settings).catch((error: Error) => {
      if (!(error instanceof MissingPeer)) throw error;
      throw new MissingPeer("ONNX Runtime is left out: its models come from PyTorch.");
    });
    await exporter.ask(`export ${settings.folder}`);
    await exporter.close();
    const args = [settings.folder, String(settings.threads)];
    const child = await Child.startFile("onnxruntime-process.ts", args);
    return [
      {
        name: "ONNX Runtime",
        version: child.version,
        child,
        refusal: (mode) => (mode === "training" ? "does not train" : undefined),
        inRounds: () => true,
      },
    ];
  },
};
