import { source } from "./source.ts";

/** A value handed in at every step. */
export const input = source("input");
