// The checks of core/option.ts, under the names that layers know them by.

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
