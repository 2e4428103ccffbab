// The checks of core/option.ts under their earlier names, for files that still use those.

export {
  outlineOf,
  requireBetween as checkBetween,
  requireFlags as checkFlags,
  requireList,
  requireOption as checkOption,
  requireOptions,
  requirePath,
  requireRecord,
  requireWord as checkWord,
  shown,
} from "../core/option.ts";
