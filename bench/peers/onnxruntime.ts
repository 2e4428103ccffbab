// ONNX Runtime, native and in WebAssembly: inference of the networks that PyTorch exports.

import { Child } from "./child.ts";
import { versionOf } from "./installed.ts";
import { exporterFor } from "./onnx-models.ts";
import type { PeerKind } from "./peer.ts";

function kindOf(name: string, packageName: string, code: PeerKind["code"]): PeerKind {
  return {
    code,
    async start(settings) {
      const version = versionOf(packageName, name);
      const prepare = await exporterFor(settings, name);
      const args = [packageName, settings.folder, String(settings.threads)];
      const child = await Child.startFile("onnxruntime-process.ts", args);
      return {
        name,
        version: `${name} ${version}`,
        child,
        prepare,
        refusal: (mode) => (mode === "training" ? "does not train" : undefined),
        inRounds: () => true,
      };
    },
  };
}

export const onnxruntime = kindOf("ONNX Runtime", "onnxruntime-node", "native");

export const onnxruntimeWeb = kindOf("ONNX Runtime Web", "onnxruntime-web", "wasm");
