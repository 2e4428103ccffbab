// Where Fovea keeps what it downloaded. A function of the machine's description that makes no folder.
// Source: the XDG base directory specification, and each platform's own custom.

import { homedir } from "node:os";
import { posix, win32 } from "node:path";

/** What the answer depends on. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

/**
 * Fovea's cache folder: `FOVEA_CACHE` where it is set, else `~/Library/Caches/fovea` on macOS,
 * `%LOCALAPPDATA%\fovea` on Windows, `$XDG_CACHE_HOME/fovea` or `~/.cache/fovea` elsewhere.
 *
 * @example cacheFolder() // "/home/ada/.cache/fovea"
 */
export function cacheFolder(
  machine: Machine = { platform: process.platform, env: process.env, home: homedir() },
): string {
  const { platform, env, home } = machine;
  if (env.FOVEA_CACHE) return env.FOVEA_CACHE;
  if (platform === "darwin") return posix.join(home, "Library", "Caches", "fovea");
  if (platform === "win32") {
    return win32.join(env.LOCALAPPDATA || win32.join(home, "AppData", "Local"), "fovea");
  }
  // The specification: a path that is not absolute is to be ignored.
  const xdg = env.XDG_CACHE_HOME ?? "";
  return posix.join(posix.isAbsolute(xdg) ? xdg : posix.join(home, ".cache"), "fovea");
}
