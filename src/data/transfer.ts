// One connection that carries a file, or the rest of one: asked for from a byte on, bounded in size
// and in patience, written by position. Knows no checksum, no mirror and no second try.

import { platform } from "#platform";
import { type ErrorFacts, FoveaError } from "../core/errors.ts";
import type { WebAbortSignal, WebFetch } from "../core/web.ts";
import type { ExpectedFile } from "./published-file.ts";

export interface TransferOptions {
  /**
   * Called with how many bytes of the file are there, first when a connection stands, and with how
   * many there will be where that is known.
   */
  readonly onBytes?: (receivedBytes: number, totalBytes: number | undefined) => void;
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
  /** How long the file is, as published or as the server says; undefined where nobody does. */
  readonly total?: number | undefined;
  /** Why it ended early, where it did. */
  readonly cause?: unknown;
}

/** A file whose size is not known is not longer than this. */
const mostBytes = 2 ** 31;

/** How long a file may be. */
export const mostBytesOf = ({ bytes = mostBytes }: ExpectedFile): number => bytes;

/** Writes what `url` sends from byte `offset` on; a server that cannot do that begins anew. */
export async function receive(
  url: string,
  file: ExpectedFile,
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
    const total = totalOf(response, url, file, start);
    watch.allow(stallTimeout, "the transfer stood still");
    onBytes?.(start, total);
    const { end, cause } = await store(response.body, url, file, part, start, (reached) => {
      watch.allow(stallTimeout, "the transfer stood still");
      onBytes?.(reached, total);
    });
    return { start, end, total, cause };
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

/**
 * The size of the file; undefined where nobody says it. A server that announces another size than
 * the published one has another file: refused before anything is written.
 */
function totalOf(
  response: Response,
  url: string,
  file: ExpectedFile,
  start: number,
): number | undefined {
  const announced = response.headers.get("content-length");
  if (announced === null || response.headers.has("content-encoding")) return file.bytes;
  const total = start + Number(announced);
  if (total !== (file.bytes ?? total) || total > mostBytesOf(file)) {
    throw wrongSize(url, file, announced);
  }
  return total;
}

function wrongSize(url: string, file: ExpectedFile, received: string): DownloadError {
  return new DownloadError({
    what: `${url} is not the published file.`,
    expected: `${file.bytes === undefined ? "at most " : ""}${mostBytesOf(file)} bytes`,
    received: `${received} bytes`,
    fix: "A login page or a proxy may stand in between: fetch the file by other means.",
  });
}

async function store(
  body: ReadableStream<Uint8Array> | null,
  url: string,
  file: ExpectedFile,
  part: string,
  start: number,
  onEnd: (end: number) => void,
): Promise<Pick<Transfer, "end" | "cause">> {
  // Written by position and never cut, so that two processes that fetch the same file at once
  // write the same bytes to the same places.
  const handle = await onDisk(part, () => platform.disk.openToWrite(part));
  let end = start;
  let cause: unknown;
  try {
    for await (const chunk of untilBroken(body, (reason) => {
      cause = reason;
    })) {
      const most = mostBytesOf(file);
      if (end + chunk.length > most) throw wrongSize(url, file, `more than ${most}`);
      await onDisk(part, () => handle.write(chunk, end));
      end += chunk.length;
      onEnd(end);
    }
    return { end, cause };
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
