// The program `fovea`: the command line of this process, and its exit code.

import { standardError, standardOutput } from "./output.ts";
import { run } from "./run.ts";

// Without a listener, a stream that goes away would end the process wherever it stands.
process.stdout.on("error", (error) => standardOutput.lose(error));
process.stderr.on("error", (error) => standardError.lose(error));

process.exitCode = await run(process.argv.slice(2));
