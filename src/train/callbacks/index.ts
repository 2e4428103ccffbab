// The callbacks: one file each, one line each in table.ts. Any record of hooks is a callback, too.

export * as callbacks from "./table.ts";
