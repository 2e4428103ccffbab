// Paths in a browser's own file system: slashes, and one root.

import type { Paths } from "../platform.ts";

/** A path without empty parts, `.` and, where it can be, `..`. */
function normalize(path: string): string {
  const isAbsolute = path.startsWith("/");
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    const before = parts.at(-1);
    if (part !== ".." || (before === undefined && !isAbsolute) || before === "..") parts.push(part);
    else parts.pop();
  }
  return (isAbsolute ? "/" : "") + parts.join("/") || ".";
}

const withoutEnd = (path: string) => path.replace(/(?<=.)\/+$/, "");

export const paths: Paths = {
  join: (...parts) => normalize(parts.filter((part) => part !== "").join("/")),
  dirname(path) {
    const trimmed = withoutEnd(path);
    const end = trimmed.lastIndexOf("/");
    if (end === -1) return ".";
    return end === 0 ? "/" : withoutEnd(trimmed.slice(0, end));
  },
  basename: (path) => {
    const trimmed = withoutEnd(path);
    return trimmed === "/" ? "" : trimmed.slice(trimmed.lastIndexOf("/") + 1);
  },
  extname(path) {
    const name = paths.basename(path);
    const dot = name.lastIndexOf(".");
    return dot <= 0 || name === ".." ? "" : name.slice(dot);
  },
  resolve: (path) => normalize(`/${path}`),
  fromUrl: ({ pathname }) => decodeURIComponent(pathname),
};
