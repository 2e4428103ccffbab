// One connection that carries a file, or the rest of one: asked for from a byte on, bounded in size and
// in patience, written by position. Knows no checksum, no mirror and no second try.

import { platform } from "#platform";
import { type ErrorFacts, FoveaError } from "../core/errors.ts";
import type { WebAbortSignal, WebFetch } from "../core/web.ts";
import type { PublishedFile } from "./published-file.ts";

export interface TransferOptions {
  /** Called with how many bytes of the file are there, first when a connection stands. */
  readonly onBytes?: (receivedBytes: number) => void;
  /** What asks the network. Default: the platform's `fetch`. */
  readonly fetch?: WebFetch;
  /** How long a server may take to answer, in milliseconds. Default: 3,000. */
  readonly connectTimeout?: number;
  /** How long a running transfer may stand still, in milliseconds. Default: 15,000. */
  readonly stallTimeout?: number;
}

/** A file that could not be fetched. */
export class DownloadError extends FoveaError {
  static override readonly name: string = "DownloadError";
  /** True where no server answered at all, as on a machine without a network. */
  readonly unreachable: boolean;

  constructor(facts: ErrorFacts, unreachable = false) {
    super(facts);
    this.unreachable = unreachable;
  }
}

/** What one connection achieved: bytes `start` to `end` of the file were written. */
export interface Transfer {
  readonly start: number;
  readonly end: number;
  /** Why it ended early, where it did. */
  readonly cause?: unknown;
}

/** Writes what `url` sends from byte `offset` on; a server that cannot do that begins anew. */
export async function receive(
  url: string,
  file: PublishedFile,
  part: string,
  offset: number,
  options: TransferOptions,
): Promise<Transfer> {
  const { connectTimeout = 3_000, stallTimeout = 15_000, onBytes } = options;
  const watch = new Watch();
  try {
    watch.allow(connectTimeout, "no answer");
    const response = await ask(url, offset, watch.signal, options.fetch ?? fetch);
    const resumes = offset > 0 && response.status === 206 && startOf(response) === offset;
    if (offset > 0 && !resumes && [206, 416].includes(response.status)) {
      return await receive(url, file, part, 0, options);
    }
    if (!resumes && response.status !== 200) {
      throw new DownloadError({
        what: `${url} cannot be downloaded: the server answered ${response.status}.`,
        expected: "200 (OK)",
        received: `${response.status} ${response.statusText}`.trim(),
      });
    }
    const start = resumes ? offset : 0;
    checkSize(response, url, file, start);
    watch.allow(stallTimeout, "the transfer stood still");
    onBytes?.(start);
    return await store(response.body, url, file, part, start, (end) => {
      watch.allow(stallTimeout, "the transfer stood still");
      onBytes?.(end);
    });
  } finally {
    watch.end();
  }
}

async function ask(
  url: string,
  offset: number,
  signal: WebAbortSignal,
  fetchUrl: WebFetch,
): Promise<Response> {
  // Not "gzip": the files are gzip themselves, and are not to be unpacked on the way.
  const headers: Record<string, string> = { "accept-encoding": "identity" };
  if (offset > 0) headers.range = `bytes=${offset}-`;
  try {
    return await fetchUrl(url, { headers, signal });
  } catch (cause) {
    const unreachable = true;
    throw new DownloadError(
      {
        what: `${new URL(url).host} cannot be reached.`,
        expected: `an answer for ${url}`,
        received: reasonOf(cause),
        fix: "Check the network connection.",
        cause,
      },
      unreachable,
    );
  }
}

/** The first byte that a 206 answer carries. */
function startOf(response: Response): number | undefined {
  const range = /^bytes (\d+)-/.exec(response.headers.get("content-range") ?? "");
  return range === null ? undefined : Number(range[1]);
}

/** A server that announces another size has another file: refused before anything is written. */
function checkSize(response: Response, url: string, file: PublishedFile, start: number): void {
  const announced = response.headers.get("content-length");
  if (announced === null || response.headers.has("content-encoding")) return;
  if (start + Number(announced) !== file.bytes) throw wrongSize(url, file, announced);
}

function wrongSize(url: string, file: PublishedFile, received: string): DownloadError {
  return new DownloadError({
    what: `${url} is not the published file.`,
    expected: `${file.bytes} bytes`,
    received: `${received} bytes`,
    fix: "A login page or a proxy may stand in between: fetch the file by other means.",
  });
}

async function store(
  body: ReadableStream<Uint8Array> | null,
  url: string,
  file: PublishedFile,
  part: string,
  start: number,
  onEnd: (end: number) => void,
): Promise<Transfer> {
  // Written by position and never cut, so that two processes that fetch the same file at once
  // write the same bytes to the same places.
  const handle = await onDisk(part, () => platform.disk.openToWrite(part));
  let end = start;
  let cause: unknown;
  try {
    for await (const chunk of untilBroken(body, (reason) => {
      cause = reason;
    })) {
      if (end + chunk.length > file.bytes) throw wrongSize(url, file, `more than ${file.bytes}`);
      await onDisk(part, () => handle.write(chunk, end));
      end += chunk.length;
      onEnd(end);
    }
    return { start, end, cause };
  } finally {
    await handle.close();
  }
}

/** The chunks of `body`; a broken connection ends them and is reported, not thrown. */
async function* untilBroken(
  body: ReadableStream<Uint8Array> | null,
  onBroken: (reason: unknown) => void,
): AsyncGenerator<Uint8Array> {
  try {
    // By hand: not every browser has a stream for a list to go through.
    const reader = body?.getReader();
    for (;;) {
      const { done = true, value } = (await reader?.read()) ?? {};
      if (done || value === undefined) return;
      yield value;
    }
  } catch (reason) {
    onBroken(reason);
  }
}

/** Runs a step that writes, and explains its failure: no room, no permission. */
export async function onDisk<T>(path: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (cause) {
    throw new DownloadError({
      what: `The download cannot be written to ${platform.paths.dirname(path)}.`,
      expected: "a folder that can be written, with room for the file",
      received: reasonOf(cause),
      fix: "Make room or choose another folder with the environment variable FOVEA_CACHE.",
      cause,
    });
  }
}

/** The innermost message: `fetch failed` alone says nothing. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return reasonOf(error.cause);
  return error.message || ("code" in error ? String(error.code) : error.name);
}

/** Aborts a request that takes longer than it is allowed to. */
class Watch {
  readonly #controller = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  get signal(): WebAbortSignal {
    return this.#controller.signal;
  }

  /** From now on, `milliseconds` until the request is ended for `reason`. */
  allow(milliseconds: number, reason: string): void {
    clearTimeout(this.#timer);
    const error = new Error(`${reason} for ${milliseconds / 1000} seconds`);
    this.#timer = setTimeout(() => this.#controller.abort(error), milliseconds);
  }

  /** Closes the connection, if it still stands. */
  end(): void {
    clearTimeout(this.#timer);
    this.#controller.abort();
  }
}
