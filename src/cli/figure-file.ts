// Figures as files: SVG as it is, PNG drawn by sharp. The file extension decides.

import { extname } from "node:path";
import { z } from "zod";
import { ConfigError, TargetError } from "../core/errors.ts";
import { writeFileAtomically } from "../platform/files.ts";
import { inDark } from "../report/figure.ts";
import { requireWritable } from "./writable.ts";

/** The options of commands that write a figure. */
export const figureFields = {
  out: z.string().min(1).optional().meta({
    value: "file",
    description: "The figure's file, .svg or .png.",
  }),
  theme: z.enum(["light", "dark"]).default("light").meta({
    description: "The look of a PNG file. An SVG file follows the reader's system.",
  }),
};

const extensions = [".svg", ".png"];

/** @throws ConfigError unless a figure can be written to `path`. */
export async function requireFigureFile(path: string): Promise<void> {
  if (!extensions.includes(extname(path).toLowerCase())) {
    throw new ConfigError({
      what: `The figure ${path} has no file extension that is known.`,
      expected: extensions.join(" or "),
      received: extname(path) || "none",
      fix: "name it with --out, such as --out figure.png",
    });
  }
  await requireWritable(path);
}

/** Pixels of a PNG file for each pixel of the figure. */
const sharpness = 2;

/** Writes a figure. @throws TargetError where PNG files cannot be drawn here. */
export async function writeFigure(
  path: string,
  svg: string,
  theme: "light" | "dark",
): Promise<void> {
  if (extname(path).toLowerCase() === ".svg") {
    await writeFileAtomically(path, svg);
    return;
  }
  const { default: sharp } = await import("sharp").catch((cause: unknown) => {
    throw new TargetError({
      what: "A PNG file cannot be drawn here: the package sharp does not work.",
      expected: "sharp for this system",
      fix: "install it, npm install sharp, or write an .svg file",
      cause,
    });
  });
  const dressed = Buffer.from(theme === "dark" ? inDark(svg) : svg);
  const picture = sharp(dressed, { density: 72 * sharpness }).png({ palette: false });
  await writeFileAtomically(path, await picture.toBuffer());
}
