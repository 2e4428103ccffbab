// Something worth knowing that is no reason to stop.

/** Takes a warning; each is one or more whole sentences. */
export type Warn = (message: string) => void;

/** Node writes a warning to standard error, or hands it to `process.on("warning", …)`. */
export const printWarning: Warn = (message) => {
  process.emitWarning(message, "FoveaWarning");
};
