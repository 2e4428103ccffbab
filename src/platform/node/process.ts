// This process, and whether others are still there.

import { hostname } from "node:os";
import type { HostProcess } from "../platform.ts";

export const hostProcess: HostProcess = {
  id: process.pid,
  get computer() {
    return hostname();
  },
  get started() {
    return Date.now() - process.uptime() * 1000;
  },
  isRunning(id) {
    try {
      process.kill(id, 0);
      return true;
    } catch (cause) {
      // Whoever may not be asked is there.
      return cause instanceof Error && "code" in cause && cause.code === "EPERM";
    }
  },
  onExit(listener) {
    process.on("exit", listener);
    return () => process.off("exit", listener);
  },
};
