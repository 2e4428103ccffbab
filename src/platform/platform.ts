// What Fovea needs of the place where it runs, and nothing more: files, threads, hashing, output. Node and
// browsers each have a folder that provides it; everyone else imports `#platform`, and package.json
// chooses. Paths, times and network are not here where both have the same.

import type { WebUrl } from "../core/web.ts";

/** All that differs between Node and a browser. */
export interface Platform {
  readonly host: "node" | "browser";
  readonly disk: Disk;
  readonly files: Files;
  readonly paths: Paths;
  readonly threads: Threads;
  /** The process or the page. */
  readonly process: HostProcess;
  /** Where progress is shown, if there is such a place. */
  readonly output: TextStream | undefined;
  /** Whether the terminal cannot clear a line. */
  readonly isDumbTerminal: boolean;
  /** Machine code; undefined where there is none. */
  readonly native: NativeHost | undefined;
  /** Shows something worth knowing that is no reason to stop. */
  warn(message: string): void;
  /** Turns relaxed SIMD on, where WebAssembly has it behind a switch. */
  allowRelaxedSimd(): void;
  /** The MD5 of `bytes`, in hexadecimal: what authors of data sets publish. It tells damage, not tricks. */
  md5(bytes: Uint8Array): string;
  /** CRC-32 by the fastest way there is. */
  crc32(bytes: Uint8Array, before?: number): number;
  /**
   * Unpacks gzip, and checks the checksum that it carries.
   *
   * @throws GunzipLimit where more than `limit` bytes come out, another error where the data is damaged.
   */
  gunzip(bytes: Uint8Array, limit: number): Promise<Uint8Array>;
  /** Unpacks what can be unpacked of the beginning of gzip data. */
  gunzipStart(bytes: Uint8Array): Promise<Uint8Array>;
}

/** Gzip data that unpacks to more bytes than it may. */
export class GunzipLimit extends Error {}

/** The acts that change what a folder holds. Tests replace them, to end a run between any two. */
export interface Disk {
  /** A new file, and its bytes on the disk itself. Fails where there is one of that name. */
  write(path: string, content: Uint8Array | string): Promise<void>;
  /** Gives a file its name, in place of the file that has it: at once, or not at all. */
  rename(from: string, to: string): Promise<void>;
  /** Removes a file, if it is there. */
  remove(path: string): Promise<void>;
  /** Adds bytes to the end of a file, which is made where there is none. */
  append(path: string, content: Uint8Array | string): Promise<void>;
  /** Makes a folder and those above it, where they are missing. */
  makeFolder(path: string): Promise<void>;
  /** Makes a folder that must be new; false where something has its name. */
  makeNewFolder(path: string): Promise<boolean>;
  /** Opens a file for writing at any place, and makes it where there is none. */
  openToWrite(path: string): Promise<OpenedToWrite>;
}

/** A file that is written at any place; others may write it meanwhile. */
export interface OpenedToWrite {
  write(bytes: Uint8Array, position: number): Promise<void>;
  close(): Promise<void>;
}

/** What is asked of files and folders. Errors carry a `code` as Node's do, such as `ENOENT`. */
export interface Files {
  /** What lies at `path`; undefined where nothing does, or it may not be seen. */
  status(path: string): Promise<FileStatus | undefined>;
  /** Opens a file without waiting for a writer, so that a pipe is recognized as no file. */
  openToRead(path: string): Promise<OpenedToRead>;
  /** The names in a folder. */
  list(path: string): Promise<string[]>;
  /** The path without symbolic links in it. */
  realPath(path: string): Promise<string>;
  /** Makes the names in a folder survive a power cut, where the system can. */
  sync(path: string): Promise<void>;
  /** The folder that keeps what was downloaded. */
  cacheFolder(): string;
  /** A folder that ships with the package; undefined where there is none to read. */
  assetFolder(name: string): string | undefined;
}

export interface FileStatus {
  readonly kind: "file" | "folder" | "other";
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
}

export interface OpenedToRead {
  readonly isFile: boolean;
  readonly bytes: number;
  /** All of it. */
  read(): Promise<Uint8Array>;
  /** Fills `target` with what begins at `position`; how many bytes there were. */
  readInto(target: Uint8Array, position: number): Promise<number>;
  close(): Promise<void>;
}

/** Paths as the system writes them. */
export interface Paths {
  join(...parts: string[]): string;
  dirname(path: string): string;
  basename(path: string): string;
  extname(path: string): string;
  resolve(path: string): string;
  /** The path that a `file:` URL means. */
  fromUrl(url: WebUrl): string;
}

export interface Threads {
  /** How many threads run at once here, for this process. */
  count(): number;
  /** How many more workers have room; Infinity where nothing limits them. */
  room(): number;
  start: StartWorker;
  /** Resolves when what else waits had its turn: timers of browsers would take milliseconds. */
  nextTurn(): Promise<void>;
  /** The address of a package for a worker to import; undefined where a worker cannot find it. */
  addressOf(packageName: string): string | undefined;
}

/** How a worker is started: its text, or the address of a file with that text. */
export interface WorkerCode {
  readonly source: string;
  /** Used in browsers alone. */
  readonly url?: string | WebUrl;
  /** The largest heap of the worker, where it can be limited. */
  readonly heapMegabytes?: number;
}

/** What is heard of a worker. */
export interface WorkerListener {
  onMessage(message: unknown): void;
  /** It failed, or did not start. */
  onFailure(reason: string): void;
  /** It is gone, whatever the reason; browsers do not tell. */
  onExit(code: number): void;
}

/**
 * Starts a worker. In Node its text finds `data` as `workerData`; in a browser `data` is the first message.
 */
export type StartWorker = (
  code: WorkerCode,
  data: unknown,
  listener: WorkerListener,
) => Promise<RunningWorker>;

export interface RunningWorker {
  post(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  /** Keeps the process alive while work is under way, and not longer. */
  hold(isBusy: boolean): void;
  end(): Promise<unknown>;
}

export interface HostProcess {
  readonly id: number;
  /** The computer or container; process numbers mean nothing elsewhere. */
  readonly computer: string;
  /** Milliseconds since 1970. */
  readonly started: number;
  isRunning(id: number): boolean;
  /** Calls `listener` when the process exits, until the returned function is called. */
  onExit(listener: () => void): () => void;
}

/** Where text is written, such as `process.stdout`. */
export interface TextStream {
  /** Calls `done` when the text is written, or cannot be. */
  write(text: string, done?: (error?: Error | null) => void): unknown;
  /** Whether a line can be drawn over. */
  readonly isTTY?: boolean;
  /** The width of the screen in characters, which may change. */
  readonly columns?: number;
  on?(event: "error", listener: (error: Error) => void): unknown;
}

/** A host that can load native addons and run machine code. */
export interface NativeHost {
  /** Such as `x64`. */
  readonly architecture: string;
  /** Such as `linux`. */
  readonly system: string;
  /** False inside of a worker. */
  readonly isMainThread: boolean;
  /** Loads the addon koffi. @throws whatever the loader throws. */
  loadKoffi(): Promise<unknown>;
  /** Where a worker finds koffi. */
  koffiPath(): string;
}
