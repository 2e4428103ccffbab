// What unfinished files are called, and which of them nobody will finish.

import { platform } from "#platform";

const { basename, dirname, join } = platform.paths;

/** No write takes so long: what is older was left by a process that is gone, on whatever computer. */
const longestWrite = 24 * 60 * 60 * 1000;

/** The clock of a disk may differ from that of the process by so many milliseconds. */
const clockTolerance = 2000;

const digestOf = (text: string, length: number) =>
  platform.md5(new TextEncoder().encode(text)).slice(0, length);

let digestOfComputer: string | undefined;

/** This computer, or container: a process number means nothing elsewhere. */
function host(): string {
  digestOfComputer ??= digestOf(platform.process.computer, 6);
  return digestOfComputer;
}

/**
 * A name of its own beside `path`, for bytes that are still being written. It says who writes: the
 * computer and the process. Its length does not depend on the name, which may be as long as names can be.
 */
export function temporaryPath(path: string): string {
  const unique = crypto.getRandomValues(new Uint32Array(1))[0].toString(16).padStart(8, "0");
  return join(dirname(path), `${prefixOf(path)}${host()}-${platform.process.id}-${unique}.tmp`);
}

function prefixOf(path: string): string {
  return `.fovea-${digestOf(basename(path), 8)}-`;
}

/** The temporary files for `path` whose writers are gone. Those of others at work are not among them. */
export async function abandonedFiles(path: string): Promise<string[]> {
  const folder = dirname(path);
  const names = await platform.files.list(folder).catch(() => []);
  const prefix = prefixOf(path);
  const abandoned: string[] = [];
  for (const name of names) {
    if (!name.startsWith(prefix) || !name.endsWith(".tmp")) continue;
    const file = join(folder, name);
    const status = await platform.files.status(file);
    if (status === undefined) continue;
    if (isAbandoned(name.slice(prefix.length), status.modified)) abandoned.push(file);
  }
  return abandoned;
}

function isAbandoned(writer: string, touched: number): boolean {
  if (Date.now() - touched > longestWrite) return true;
  const [, where, id] = /^([0-9a-f]{6})-(\d+)-/.exec(writer) ?? [];
  if (where !== host()) return false;
  // A container gives its first process the same number each time: then the time tells them apart.
  if (Number(id) === platform.process.id) {
    return touched < platform.process.started - clockTolerance;
  }
  return !platform.process.isRunning(Number(id));
}
