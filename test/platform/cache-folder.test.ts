// The cache folder is where each platform's users expect it, unless they say otherwise.

import { expect, test } from "vitest";
import { cacheFolder } from "../../src/platform/node/cache-folder.ts";

const home = "/home/ada";

test("FOVEA_CACHE wins on every platform", () => {
  for (const platform of ["linux", "darwin", "win32"] as const) {
    const env = { FOVEA_CACHE: "/big/disk", XDG_CACHE_HOME: "/xdg", LOCALAPPDATA: "C:\\Local" };
    expect(cacheFolder({ platform, env, home })).toBe("/big/disk");
  }
});

test("on Linux it follows XDG_CACHE_HOME, else it is ~/.cache/fovea", () => {
  const folder = (env: Record<string, string>) => cacheFolder({ platform: "linux", env, home });
  expect(folder({ XDG_CACHE_HOME: "/xdg" })).toBe("/xdg/fovea");
  expect(folder({})).toBe("/home/ada/.cache/fovea");
  expect(folder({ XDG_CACHE_HOME: "", FOVEA_CACHE: "" })).toBe("/home/ada/.cache/fovea");
});

test("an XDG_CACHE_HOME that is not absolute is ignored, as the specification asks", () => {
  const env = { XDG_CACHE_HOME: "here" };
  expect(cacheFolder({ platform: "linux", env, home })).toBe("/home/ada/.cache/fovea");
});

test("on macOS it is ~/Library/Caches/fovea", () => {
  const machine = { platform: "darwin", env: { XDG_CACHE_HOME: "/xdg" }, home } as const;
  expect(cacheFolder(machine)).toBe("/home/ada/Library/Caches/fovea");
});

test("on Windows it is in LOCALAPPDATA, else in the home's AppData", () => {
  const windows = { platform: "win32", home: "C:\\Users\\Ada" } as const;
  const env = { LOCALAPPDATA: "D:\\Local" };
  expect(cacheFolder({ ...windows, env })).toBe("D:\\Local\\fovea");
  expect(cacheFolder({ ...windows, env: {} })).toBe("C:\\Users\\Ada\\AppData\\Local\\fovea");
});
