import { source } from "./source.ts";

/** A value that stays between steps. */
export const state = source("state");
