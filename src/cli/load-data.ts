// What the terminal shows while data is loaded, and how a choice of data is kept.

import { resolve } from "node:path";
import type { DownloadProgress } from "../data/datasets/dataset.ts";
import { knownName } from "../data/datasets/index.ts";
import { formatCount } from "../report/numbers.ts";
import type { LoadListener } from "../tasks/task.ts";
import { type Output, standardError } from "./output.ts";

/** The choice as it reads from any folder: a path in full, or a dataset's name. */
export function absoluteData(data: string): string {
  return knownName(data) ?? resolve(data);
}

/** Tells warnings, and draws progress where somebody looks. */
export function listenerFor(output: Output): LoadListener {
  const isWatched = output.chatty && process.stderr.isTTY === true;
  return {
    onWarning: (text) => output.warn(`Note: ${text}`),
    onPictures: (done, total) => showPictures(done, total, output),
    ...(isWatched && { onDownload: showDownload }),
  };
}

function showPictures(done: number, total: number, output: Output): void {
  if (!output.chatty || !standardError.canRedraw) return;
  if (done !== total && done % 20 !== 0) return;
  const end = done === total ? "\x1b[2K\r" : "";
  standardError.write(
    `\rReading pictures: ${formatCount(done)} of ${formatCount(total)}\x1b[K${end}`,
  );
}

/** Draws the progress of a download over one line of the terminal. */
export function showDownload({ file, receivedBytes, totalBytes }: DownloadProgress): void {
  if (!standardError.canRedraw) return;
  const [received, total] = [receivedBytes, totalBytes].map((bytes) => (bytes / 1e6).toFixed(1));
  const end = receivedBytes >= totalBytes ? "\n" : "";
  standardError.write(`\rDownloading ${file}: ${received} of ${total} MB\x1b[K${end}`);
}
