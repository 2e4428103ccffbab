// Style transfer from code: a photograph in the style of a painting, the same with the photograph's own colours, and a
// strip of pictures on the way.
//
//     npx tsx examples/style/style.ts PHOTO PAINTING FOLDER [WEIGHTS]
//
// WEIGHTS is a file of weights for VGG-19; without it they are downloaded once (80 MB). FOLDER gets stylized.png,
// own-colors.png and strip.png. In a project of your own, import from "fovea".

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { encodeImage, readImage, type Tensor, vision } from "../../src/index.ts";

export interface StyleExampleOptions extends Pick<vision.StylizeOptions, "features" | "weights"> {
  /** The longer side of the results. Default: 512. */
  readonly size?: number;
  /** Steps of the first level. Default: 200. */
  readonly steps?: number;
  /** Where lines go. Default: the console. */
  readonly say?: (line: string) => void;
}

/** Repaints the photograph twice, and gives the paths of the pictures. */
export async function main(
  photo: string,
  painting: string,
  folder: string,
  { size = 512, steps = 200, say = console.log, ...network }: StyleExampleOptions = {},
): Promise<readonly string[]> {
  await mkdir(folder, { recursive: true });
  const [content, style] = [await readImage(photo), await readImage(painting)];
  const paths: string[] = [];
  const write = async (name: string, picture: Tensor<Uint8Array>) => {
    paths.push(join(folder, name));
    await writeFile(join(folder, name), await encodeImage(picture, "png"));
  };
  const common: vision.StylizeOptions = {
    ...network,
    size,
    steps,
    onProgress({ step, steps: all, content: kept, style: left }) {
      if (step % 25 !== 0 && step !== all) return;
      say(`step ${step} of ${all}: content ${kept.toFixed(3)}, style ${left.toFixed(4)}`);
    },
  };
  const painted = await vision.stylize(content, style, {
    ...common,
    progressEvery: Math.max(1, Math.round(steps / 4)),
  });
  await write("stylized.png", painted.picture);
  await write("strip.png", await vision.progressStrip(painted));
  const own = await vision.stylize(content, style, { ...common, color: "luminance" });
  await write("own-colors.png", own.picture);
  say(`style ${painted.style.toFixed(4)} after ${painted.evaluations} evaluations`);
  return paths;
}

if (process.argv[1] === import.meta.filename) {
  const [photo, painting, folder, weights] = process.argv.slice(2);
  if (folder === undefined) {
    console.error("usage: npx tsx examples/style/style.ts PHOTO PAINTING FOLDER [WEIGHTS]");
    process.exitCode = 2;
  } else {
    await main(photo, painting, folder, weights === undefined ? {} : { weights });
  }
}
