// A headless Chromium, where one is installed, and a server of files for it.

import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { type Browser, chromium } from "playwright-core";

const places = [
  process.env.CHROMIUM_PATH,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** Where Chromium is; undefined where it is not installed. */
export const chromiumPath = places.find((path) => path !== undefined && existsSync(path));

/** Said by every test that needs Chromium and has none. */
export const withoutChromium =
  "skipped: no Chromium is installed (apt install chromium, or name one by CHROMIUM_PATH)";

export function openChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath as string,
    // Root, as in a container, has no sandbox.
    args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
  });
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".json": "application/json",
  ".wasm": "application/wasm",
};

export interface ServerOptions {
  /** Whether pages may share memory among threads. */
  readonly isolated: boolean;
  /** A Content-Security-Policy for every answer. */
  readonly policy?: string;
}

/** Serves the files of `folder` on a free port of this machine. */
export async function serve(
  folder: string,
  { isolated, policy }: ServerOptions,
): Promise<{ readonly address: string; close(): Promise<void> }> {
  const headers = {
    ...(isolated
      ? {
          "Cross-Origin-Opener-Policy": "same-origin",
          "Cross-Origin-Embedder-Policy": "require-corp",
        }
      : {}),
    ...(policy === undefined ? {} : { "Content-Security-Policy": policy }),
  };
  const server: Server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    try {
      const body = await readFile(join(folder, normalize(pathname)));
      const type = types[extname(pathname)] ?? "application/octet-stream";
      response.writeHead(200, { ...headers, "Content-Type": type }).end(body);
    } catch {
      response.writeHead(404, headers).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
