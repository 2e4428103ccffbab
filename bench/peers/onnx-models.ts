// The networks as ONNX files, for peers that read those: PyTorch exports each when it is first wanted.

import type { NetworkName } from "../networks.ts";
import type { Child } from "./child.ts";
import { MissingPeer, type PeerSettings } from "./peer.ts";
import { startPython } from "./pytorch.ts";

/** Exports networks, each once, into the settings' folder as `<network>-<batch>.onnx`. */
export type Exporter = (network: NetworkName, batch: number) => Promise<void>;

const exporters = new WeakMap<PeerSettings, Promise<Exporter>>();

/** The exporter of these settings, which peers share. @throws MissingPeer where PyTorch is missing. */
export function exporterFor(settings: PeerSettings, peer: string): Promise<Exporter> {
  const known = exporters.get(settings) ?? start(settings, peer);
  exporters.set(settings, known);
  return known;
}

async function start(settings: PeerSettings, peer: string): Promise<Exporter> {
  const child: Child = await startPython(settings).catch((error: Error) => {
    if (!(error instanceof MissingPeer)) throw error;
    throw new MissingPeer(`${peer} is left out: its models come from PyTorch.`);
  });
  const exported = new Map<string, Promise<unknown>>();
  return async (network, batch) => {
    const name = `${network} ${batch}`;
    const work = exported.get(name) ?? child.ask(`export ${name} ${settings.folder}`);
    exported.set(name, work);
    await work;
  };
}
