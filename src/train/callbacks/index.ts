// The callbacks: one file each, one line each in table.ts. Floor 5. Any record of hooks is a callback, too.

export * as callbacks from "./table.ts";
