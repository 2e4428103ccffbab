// An editor's view of TypeScript: asks the language server what it shows on hover and in completion.

import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "../package/built.ts";

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

interface Markup {
  readonly value: string;
}

/** One proposal of a completion. */
export interface Proposal {
  readonly label: string;
  /** What an editor shows beside it; empty where there is nothing. */
  readonly documentation: string;
}

const headEnd = "\r\n\r\n";

/** The language server of the installed TypeScript, at work in one folder. */
export class LanguageServer {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #waiting = new Map<number, (message: Message) => void>();
  #unread = Buffer.alloc(0);
  #asked = 0;

  private constructor(folder: string) {
    const tsc = join(root, "node_modules/.bin/tsc");
    this.#process = spawn(tsc, ["--lsp", "--stdio"], { cwd: folder });
    this.#process.stdout.on("data", (chunk: Buffer) => this.#read(chunk));
  }

  static async start(folder: string): Promise<LanguageServer> {
    const server = new LanguageServer(folder);
    const markdown = ["markdown"];
    await server.#ask("initialize", {
      processId: process.pid,
      rootUri: pathToFileURL(folder).href,
      capabilities: {
        textDocument: {
          hover: { contentFormat: markdown },
          completion: { completionItem: { documentationFormat: markdown } },
        },
      },
    });
    server.#send({ method: "initialized", params: {} });
    return server;
  }

  /** Shows a file to the server; it need not exist. */
  open(path: string, text: string): OpenFile {
    const uri = pathToFileURL(path).href;
    const textDocument = { uri, languageId: "typescript", version: 1, text };
    this.#send({ method: "textDocument/didOpen", params: { textDocument } });
    return new OpenFile(uri, text, (method, params) => this.#ask(method, params));
  }

  stop(): void {
    this.#process.kill();
  }

  async #ask(method: string, params: unknown): Promise<unknown> {
    const id = ++this.#asked;
    const { result, error } = await new Promise<Message>((resolve) => {
      this.#waiting.set(id, resolve);
      this.#send({ id, method, params });
    });
    if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    return result;
  }

  #send(message: Message & { readonly params?: unknown }): void {
    const text = JSON.stringify({ jsonrpc: "2.0", ...message });
    this.#process.stdin.write(`Content-Length: ${Buffer.byteLength(text)}${headEnd}${text}`);
  }

  #read(chunk: Buffer): void {
    this.#unread = Buffer.concat([this.#unread, chunk]);
    for (;;) {
      const head = this.#unread.indexOf(headEnd);
      if (head < 0) return;
      const length = Number(
        /Content-Length: (\d+)/.exec(this.#unread.toString("utf8", 0, head))?.[1],
      );
      const end = head + headEnd.length + length;
      if (this.#unread.length < end) return;
      const text = this.#unread.toString("utf8", head + headEnd.length, end);
      this.#unread = this.#unread.subarray(end);
      this.#take(JSON.parse(text) as Message);
    }
  }

  #take({ id, method, ...message }: Message): void {
    if (id === undefined) return;
    // What the server asks of an editor, such as its settings, has no answer here.
    if (method !== undefined) this.#send({ id, result: null });
    else this.#waiting.get(id)?.(message);
  }
}

/** A file as an editor has it open. Places are counted in characters from its beginning. */
export class OpenFile {
  readonly #uri: string;
  readonly #text: string;
  readonly #ask: (method: string, params: unknown) => Promise<unknown>;

  constructor(
    uri: string,
    text: string,
    ask: (method: string, params: unknown) => Promise<unknown>,
  ) {
    this.#uri = uri;
    this.#text = text;
    this.#ask = ask;
  }

  /** The text that is shown when the pointer rests at `place`, without the type. */
  async hover(place: number): Promise<string> {
    const hover = (await this.#ask("textDocument/hover", this.#at(place))) as {
      readonly contents: Markup;
    } | null;
    return (hover?.contents.value ?? "").replace(/^```typescript\n[\s\S]*?\n```/, "").trim();
  }

  /** What is proposed at `place`; `except` are labels to leave out. */
  async completions(place: number, except = new Set<string>()): Promise<Proposal[]> {
    const answer = (await this.#ask("textDocument/completion", this.#at(place))) as
      | { readonly items: readonly { readonly label: string }[] }
      | readonly { readonly label: string }[];
    const items = "items" in answer ? answer.items : answer;
    const wanted = items.filter(({ label }) => !except.has(label.replace(/\?$/, "")));
    return Promise.all(
      wanted.map(async (item) => {
        const { documentation } = (await this.#ask("completionItem/resolve", item)) as {
          readonly documentation?: Markup | string;
        };
        const text = typeof documentation === "object" ? documentation.value : documentation;
        return { label: item.label, documentation: (text ?? "").trim() };
      }),
    );
  }

  #at(place: number) {
    const before = this.#text.slice(0, place).split("\n");
    const position = { line: before.length - 1, character: (before.at(-1) as string).length };
    return { textDocument: { uri: this.#uri }, position };
  }
}
