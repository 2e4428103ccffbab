// Where bytes come from that people hand in: a path, a URL, a Blob, or bytes at hand. Knows no format.

import { platform } from "#platform";
import { ConfigError, FormatError } from "../core/errors.ts";
import { outlineOf, requirePath } from "../core/option.ts";
import type { WebBlob, WebUrl } from "../core/web.ts";
import { readWholeFile, TooLargeError } from "./files.ts";

/** The bytes of one file. */
export type FileBytes = Uint8Array | ArrayBuffer;

/**
 * A path; a URL, as text with its scheme or as an object; a Blob, such as a file that somebody chose in a
 * browser; or bytes.
 */
export type ByteSource = string | WebUrl | WebBlob | FileBytes;

/** A source that is ready to be read. */
export interface OpenByteSource {
  /** What errors call it. */
  readonly file: string;
  /** A name whose extension says the kind of file; undefined where its bytes must. */
  readonly path: string | undefined;
  /** The address of what a server gives; undefined where no server is asked. */
  readonly url?: WebUrl;
  /** @throws FormatError where it cannot be read, or is larger than `maximumBytes`. */
  read(limits?: ReadLimits): Promise<Uint8Array>;
}

export interface ReadLimits {
  /** Default: 2 GiB. */
  readonly maximumBytes?: number;
  /** How long a server may take, in seconds. Default: as long as it does. */
  readonly seconds?: number;
}

const mostBytes = 2 ** 31;

/** @throws ConfigError where `source` is none; `call` is what was called, `expected` what it takes. */
export function openByteSource(
  call: string,
  source: unknown,
  {
    name,
    nameless = "The file",
    expected = "a path, a URL, a Blob, a Uint8Array or an ArrayBuffer",
  }: { readonly name?: string; readonly nameless?: string; readonly expected?: string } = {},
): OpenByteSource {
  if (typeof source === "string") {
    requirePath(call, source);
    if (!/^(https?|blob|data|file):/i.test(source)) return openPath(source, name);
    return openUrl(parseUrl(call, source), name, nameless);
  }
  if (source instanceof URL) return openUrl(source, name, nameless);
  if (source instanceof Blob) return openBlob(source, name, nameless);
  if (source instanceof Uint8Array || source instanceof ArrayBuffer) {
    return openBytes(source, name ?? nameless);
  }
  throw new ConfigError({
    what: `${call}: The source cannot be used.`,
    expected,
    received: outlineOf(source),
  });
}

function parseUrl(call: string, text: string): URL {
  if (URL.canParse(text)) return new URL(text);
  throw new ConfigError({
    what: `${call}: The address cannot be used.`,
    expected: "a URL, such as https://example.org/cat.jpg",
    received: text.slice(0, 200),
  });
}

export function openBytes(bytes: FileBytes, file: string): OpenByteSource {
  return {
    file,
    path: undefined,
    async read({ maximumBytes = mostBytes } = {}) {
      requireSize(bytes.byteLength, maximumBytes, file);
      return bytesOf(bytes);
    },
  };
}

/** The bytes, not copied. */
export const bytesOf = (bytes: FileBytes): Uint8Array =>
  bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : bytes;

function openPath(path: string, file = path): OpenByteSource {
  return {
    file,
    path,
    read: ({ maximumBytes = mostBytes } = {}) => readWholeFile(path, { maximumBytes }),
  };
}

function openUrl(url: WebUrl, name: string | undefined, nameless: string): OpenByteSource {
  if (url.protocol === "file:") return openPath(platform.paths.fromUrl(url), name);
  const isNamed = url.protocol === "http:" || url.protocol === "https:";
  const file = name ?? (isNamed ? url.href : nameless);
  return {
    file,
    path: isNamed ? url.pathname : undefined,
    ...(isNamed ? { url } : {}),
    read: (limits) => fetchBytes(url, file, limits),
  };
}

function openBlob(blob: WebBlob, name: string | undefined, nameless: string): OpenByteSource {
  const own = "name" in blob && typeof blob.name === "string" ? blob.name : undefined;
  const file = name ?? own ?? nameless;
  return {
    file,
    path: undefined,
    async read({ maximumBytes = mostBytes } = {}) {
      requireSize(blob.size, maximumBytes, file);
      return new Uint8Array(await blob.arrayBuffer());
    },
  };
}

/** @throws FormatError where the server does not give the file, in time and in size. */
export async function fetchBytes(
  url: WebUrl,
  file: string,
  { maximumBytes = mostBytes, seconds }: ReadLimits = {},
): Promise<Uint8Array> {
  const fail = (received: string, cause?: unknown, isTooLarge = false): never => {
    const time = seconds === undefined ? "" : ` within ${seconds} s`;
    throw new (isTooLarge ? TooLargeError : FormatError)({
      what: `${file} could not be read.`,
      expected: `a file of at most ${maximumBytes} bytes${time}`,
      received,
      fix: "Check the address, and that the server may be reached.",
      cause,
    });
  };
  const failWith = (cause: Error) => fail(cause.message, cause);
  const signal = seconds === undefined ? {} : { signal: AbortSignal.timeout(seconds * 1000) };
  const response = await fetch(url, signal).catch(failWith);
  // A body that nobody reads keeps its connection, and the process, until the server ends it.
  const refuse = async (received: string, isTooLarge = false): Promise<never> => {
    await response.body?.cancel().catch(() => undefined);
    return fail(received, undefined, isTooLarge);
  };
  if (!response.ok) await refuse(`the answer ${response.status} ${response.statusText}`.trim());
  const length = Number(response.headers.get("content-length") ?? 0);
  if (length > maximumBytes) await refuse(`${length} bytes`, true);
  // Servers need not say how much they send: it is counted as it comes.
  const reader = response.body?.getReader();
  const parts: Uint8Array[] = [];
  let count = 0;
  while (reader !== undefined) {
    const { done, value } = await reader.read().catch(failWith);
    if (done) break;
    parts.push(value);
    count += value.length;
    if (count > maximumBytes) {
      await reader.cancel().catch(() => undefined);
      fail(`more than ${maximumBytes} bytes`, undefined, true);
    }
  }
  return joined(parts, count);
}

function joined(parts: readonly Uint8Array[], count: number): Uint8Array {
  const bytes = new Uint8Array(count);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function requireSize(size: number, maximumBytes: number, file: string): void {
  if (size <= maximumBytes) return;
  throw new TooLargeError({
    what: `${file} is too large to be read.`,
    expected: `at most ${maximumBytes} bytes`,
    received: `${size} bytes`,
    fix: "Check that this is the right file.",
  });
}
