// A local web server for the download tests: it answers as a list of plans says, one for each
// request, the last plan for all further ones.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** How one request is answered; `content` is the file that was asked for. */
export type Plan = (
  content: Uint8Array,
  request: IncomingMessage,
  response: ServerResponse,
) => void;

export interface FileServer {
  /** Ends in `/`. */
  readonly url: string;
  /** The `Range` header of each request so far; undefined where there was none. */
  readonly ranges: (string | undefined)[];
  close(): Promise<void>;
}

export async function serveFiles(
  files: Readonly<Record<string, Uint8Array>>,
  ...plans: Plan[]
): Promise<FileServer> {
  const ranges: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    const plan = plans[Math.min(ranges.length, plans.length - 1)] ?? whole;
    ranges.push(request.headers.range);
    const content = files[(request.url ?? "").slice(1)];
    if (content === undefined) response.writeHead(404).end();
    else plan(content, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    ranges,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** An address at which nobody listens, as on a machine without a network. */
export async function deadAddress(): Promise<string> {
  const server = await serveFiles({});
  await server.close();
  return server.url;
}

/** The whole file, whatever range was asked for. */
export const whole: Plan = (content, _, response) => {
  response.writeHead(200, { "content-length": content.length }).end(content);
};

/** The range that was asked for, as a server should. */
export const ranged: Plan = (content, request, response) => {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
  if (request.headers.range === undefined) return whole(content, request, response);
  if (from >= content.length) return void response.writeHead(416).end();
  response.writeHead(206, {
    "content-length": content.length - from,
    "content-range": `bytes ${from}-${content.length - 1}/${content.length}`,
  });
  response.end(content.subarray(from));
};

/** The file up to byte `end`, counted from the file's beginning; then the connection breaks. */
export function cutAt(end: number): Plan {
  return (content, request, response) => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    response.writeHead(from > 0 ? 206 : 200, {
      "content-length": content.length - from,
      "content-range": `bytes ${from}-${content.length - 1}/${content.length}`,
    });
    // Ended, not reset, and after a while: what was written arrives first, on a busy machine as well.
    response.write(content.subarray(from, end), () => {
      setTimeout(() => response.socket?.end(), 150);
    });
  };
}

/** The file up to byte `end`; then nothing more, though the connection stands. */
export function stallAt(end: number): Plan {
  return (content, _, response) => {
    response.writeHead(200, { "content-length": content.length }).flushHeaders();
    response.write(content.subarray(0, end));
  };
}

/** No answer at all, though the connection stands. */
export const silent: Plan = () => {};

/** An answer of this status, with no file. */
export function status(code: number): Plan {
  return (_, __, response) => void response.writeHead(code).end();
}

/** Some other bytes, without saying how many. */
export function unannounced(other: Uint8Array): Plan {
  return (_, __, response) => void response.writeHead(200).end(other);
}
