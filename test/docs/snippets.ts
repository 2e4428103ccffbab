// The documents that people read, and the TypeScript in them.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../package/built.ts";

/** The guides, by their paths from the root. */
export const guides = readdirSync(join(root, "docs/guide")).map((name) => `docs/guide/${name}`);

/** A document of the project. */
export const readDocument = (file: string) => readFileSync(join(root, file), "utf8");

/** The programs in a document. */
export function snippetsOf(file: string): string[] {
  return [...readDocument(file).matchAll(/```ts\n([\s\S]*?)```/g)].map((match) => match[1]);
}

/** Where the links of a document lead, within the project: paths as they stand there, without anchors. */
export function linksOf(file: string): string[] {
  const links = [...readDocument(file).matchAll(/\]\(([^)#]+)[^)]*\)/g)].map((match) => match[1]);
  return links.filter((link) => !link.startsWith("http"));
}
