// Which shards a model.json has, and the removal of those that none has any more.

import { platform } from "#platform";
import { readWholeFile } from "../platform/files.ts";
import { longestJson, parseJson } from "./json.ts";
import { isPlainName } from "./tensorflow-js.ts";

const { basename, dirname, join } = platform.paths;

/** The shards that the model.json at `path` lists; none where there is no such file, or it is damaged. */
export async function shardNamesOf(path: string): Promise<readonly string[]> {
  try {
    const file = parseJson(await readWholeFile(path, { maximumBytes: longestJson }), path);
    const { weightsManifest } = file as { weightsManifest?: unknown };
    const groups = Array.isArray(weightsManifest) ? (weightsManifest as readonly unknown[]) : [];
    const names = groups.flatMap((group) => (group as { paths?: unknown } | null)?.paths ?? []);
    return names.filter(isPlainName).filter((name) => name.endsWith(".bin"));
  } catch {
    return [];
  }
}

/**
 * Removes shards that a model.json listed before it was replaced, but for those that it still lists, or
 * another one beside it.
 */
export async function removeShards(path: string, replaced: readonly string[]): Promise<void> {
  if (replaced.length === 0) return;
  const folder = dirname(path);
  const names = await platform.files.list(folder).catch(() => []);
  const models = names.filter((name) => name.toLowerCase().endsWith(".json"));
  const listed = await Promise.all(
    [basename(path), ...models].map((name) => shardNamesOf(join(folder, name))),
  );
  const kept = new Set(listed.flat());
  for (const name of replaced) {
    if (!kept.has(name)) await platform.disk.remove(join(folder, name)).catch(() => undefined);
  }
}
