// Downloads a published file: resumed where an earlier try broke off, bounded by the published
// size, checked against the published checksum, and at its place only when it is whole and right.
// Knows no dataset.

import { platform } from "#platform";
import { type ExpectedFile, expectationOf, liesAt, sizeAt } from "./published-file.ts";
import {
  DownloadError,
  mostBytesOf,
  onDisk,
  receive,
  type Transfer,
  type TransferOptions,
} from "./transfer.ts";

export { DownloadError, type TransferOptions } from "./transfer.ts";

const { disk, paths } = platform;

/** How often one server is asked for the rest of a file whose transfer keeps breaking off. */
const maxAttempts = 5;

/**
 * Fetches `file` to the path `target` from the first of `mirrors` (folder URLs that end in `/`)
 * that serves it. Until it is whole and right it lies at `target.part`, where a later call goes on.
 *
 * @returns the URL that served it, or undefined where `target` already was the published file.
 * @throws DownloadError where no mirror served the published file, or the disk did not take it.
 * @example await download(file, ["https://example.org/mnist/"], join(folder, file.name));
 */
export async function download(
  file: ExpectedFile,
  mirrors: readonly string[],
  target: string,
  options: TransferOptions = {},
): Promise<string | undefined> {
  if (await liesAt(target, file)) return undefined;
  await onDisk(target, () => disk.makeFolder(paths.dirname(target)));
  const failures: DownloadError[] = [];
  for (const mirror of mirrors) {
    const url = new URL(file.name, mirror).href;
    try {
      await fetchFrom(url, file, target, options);
      return url;
    } catch (error) {
      if (!(error instanceof DownloadError)) throw error;
      failures.push(error);
    }
  }
  throw summary(file, failures);
}

/** Of several failures, the one worth reporting: a server that answered says more than silence. */
function summary(file: ExpectedFile, failures: readonly DownloadError[]): DownloadError {
  const answered = failures.find((failure) => !failure.unreachable);
  return (
    answered ??
    failures[0] ??
    new DownloadError({ what: `${file.name} has no address to be downloaded from.` })
  );
}

async function fetchFrom(
  url: string,
  file: ExpectedFile,
  target: string,
  options: TransferOptions,
): Promise<void> {
  const part = `${target}.part`;
  for (let attempt = 1; ; attempt++) {
    let held = (await sizeAt(part)) ?? 0;
    if (held > mostBytesOf(file)) {
      await onDisk(target, () => disk.remove(part));
      held = 0;
    }
    const transfer: Transfer =
      held === file.bytes
        ? { start: held, end: held, total: held }
        : await receive(url, file, part, held, options);
    // Where nobody says how long it is, it ends where the connection ends in order.
    const total = transfer.total ?? (transfer.cause === undefined ? transfer.end : Infinity);
    if (transfer.end < total) {
      if (transfer.end > transfer.start && attempt < maxAttempts) continue;
      throw new DownloadError({
        what: `The download of ${url} broke off.`,
        expected: total === Infinity ? "all of it" : `${total} bytes`,
        received: `${transfer.end} bytes`,
        fix: "Try again; it goes on where it stopped.",
        cause: transfer.cause,
      });
    }
    if (await liesAt(part, file)) return onDisk(target, () => moveInto(part, target, file));
    await onDisk(target, () => disk.remove(part));
    // Another process that fetches the same file may just have put it into its place.
    if (await liesAt(target, file)) return;
    // Bytes that lay there before may be to blame: once more, from the beginning.
    if (transfer.start > 0 && attempt < maxAttempts) continue;
    throw new DownloadError({
      what: `${url} is not the published file.`,
      expected: expectationOf(file),
      received: `another ${file.md5 === undefined ? "SHA-256" : "MD5"}`,
      fix: "The server may be wrong or a proxy may change files: fetch the file by other means.",
    });
  }
}

async function moveInto(part: string, target: string, file: ExpectedFile): Promise<void> {
  try {
    await disk.rename(part, target);
  } catch (error) {
    // Two processes fetched it at once and the other was first: then all is well.
    if (!(await liesAt(target, file))) throw error;
  }
}
