// The console as a place for text: it takes whole lines.

import type { TextStream } from "../platform.ts";

/** Shows every line that is complete. */
export function consoleStream(log: (line: string) => void): TextStream {
  let open = "";
  return {
    write(text, done) {
      const lines = (open + text).split("\n");
      open = lines.pop() ?? "";
      for (const line of lines) log(line);
      done?.();
    },
  };
}
