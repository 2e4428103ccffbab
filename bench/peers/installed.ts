// The packages of bench/package.json, which `npm ci` at the root does not install.

import { readFileSync } from "node:fs";
import { MissingPeer } from "./peer.ts";

const modules = new URL("../node_modules/", import.meta.url);

/** The version of a package of this folder. @throws MissingPeer where it is not installed. */
export function versionOf(packageName: string, peer: string): string {
  try {
    const manifest = readFileSync(new URL(`${packageName}/package.json`, modules), "utf8");
    return (JSON.parse(manifest) as { version: string }).version;
  } catch {
    throw new MissingPeer(`${peer} is left out: npm ci --prefix bench gets it.`);
  }
}

/** The folder of a package of this folder. */
export function folderOf(packageName: string): URL {
  return new URL(`${packageName}/`, modules);
}
