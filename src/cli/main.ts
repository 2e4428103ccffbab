// The program `fovea`: the command line of this process, and its exit code. Floor 8.

import { run } from "./run.ts";

// A reader that has seen enough, such as head, closes the pipe: that is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

process.exitCode = await run(process.argv.slice(2));
