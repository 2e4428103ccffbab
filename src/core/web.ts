// Types of the web that every runtime has, and not every project knows: those of the DOM or of Node where
// the project has them, and what Fovea needs of them where it has neither. So declarations compile anywhere.

/** The type of what a global constructor makes; `Else` where there is no such global. */
type Instance<Name extends string, Else> =
  typeof globalThis extends Readonly<Record<Name, { readonly prototype: infer T }>> ? T : Else;

/** Says that somebody wants something to end. */
export type WebAbortSignal = Instance<
  "AbortSignal",
  {
    readonly aborted: boolean;
    readonly reason: unknown;
    addEventListener(type: "abort", listener: () => void): void;
    removeEventListener(type: "abort", listener: () => void): void;
  }
>;

/** An address. */
export type WebUrl = Instance<"URL", { readonly href: string }>;

/** Bytes that the platform holds. */
export type WebBlob = Instance<
  "Blob",
  { readonly size: number; readonly type: string; arrayBuffer(): Promise<ArrayBuffer> }
>;

/** What asks the network. */
export type WebFetch = typeof globalThis extends { readonly fetch: infer F } ? F : never;

/**
 * Bytes in memory of their own, as `Blob` takes them: `Uint8Array<ArrayBuffer>`, which TypeScript before 5.7
 * calls `Uint8Array`.
 */
export type OwnBytes = ReturnType<Uint8ArrayConstructor["from"]>;
