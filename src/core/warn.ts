// Something worth knowing that is no reason to stop.

/** Takes a warning; each is one or more whole sentences. */
export type Warn = (message: string) => void;
