// A model as a picture: a box for each layer, an arrow for each value.

import { requireOptions } from "../core/option.ts";
import { formatShape, type Shape } from "../core/shape.ts";
import { isNetwork, type Network, type SymbolicOutputs } from "../nn/network.ts";
import type { SymbolicTensor } from "../nn/symbolic.ts";
import { requireModel, type StatefulModel } from "../train/stateful-model.ts";
import { figure, textAt } from "./figure.ts";
import { type Arrow, layOut, type Point } from "./graph-layout.ts";
import { shorten } from "./markup.ts";
import { light } from "./palette.ts";

export interface PlotModelOptions {
  /** Whether boxes say the shapes of inputs and results. Default: true. */
  readonly showShapes?: boolean;
  /** Whether networks that are used as layers show their own layers instead. Default: false. */
  readonly expandNested?: boolean;
}

/** One box: a layer, or a network that is used as one. */
interface Part {
  readonly name: string;
  readonly className: string;
  readonly trainable: boolean;
  readonly inputs: readonly Shape[];
  readonly outputs: readonly Shape[];
}

const margin = 24;
const lineHeight = 17;
const padding = 10;

/**
 * The model as an SVG file: boxes with name, class and shapes, inputs above and outputs below. Frozen
 * layers are framed by dashes.
 *
 * @example await writeFile("model.svg", plotModel(model))
 */
export function plotModel(
  model: StatefulModel<SymbolicOutputs>,
  options: PlotModelOptions = {},
): string {
  requireModel("plotModel", model);
  requireOptions("plotModel", options, "model, { showShapes: false }");
  const { showShapes = true, expandNested = false } = options;
  const parts: Part[] = [];
  const arrows: Arrow[] = [];
  collect(model.network, { parts, arrows, expandNested });
  const lines = parts.map((part) => linesOf(part, showShapes));
  const boxes = lines.map((texts) => ({
    width: Math.max(...texts.map(widthOf)) + 2 * padding,
    height: texts.length * lineHeight + 2 * padding - 4,
  }));
  const layout = layOut(boxes, arrows);
  const shapes = [
    ...layout.arrows.map(arrowAt),
    ...layout.boxes.map((at, i) => boxAt(at, boxes[i], lines[i], parts[i].trainable)),
  ];
  const height = Math.ceil(layout.height + 2 * margin + 24);
  return figure({
    width: Math.ceil(Math.max(layout.width, 160) + 2 * margin),
    height,
    label: `The model ${model.name}: ${parts.map(({ name }) => name).join(", ")}`,
    parts: [
      textAt(margin, margin, shorten(model.name, 60), { bold: true, size: 14 }),
      `<g transform="translate(${margin} ${margin + 24})">\n${shapes.join("")}</g>\n`,
    ],
  });
}

interface Collected {
  readonly parts: Part[];
  readonly arrows: Arrow[];
  readonly expandNested: boolean;
}

/** Adds a network's parts; gives the index of the part that each of its tensors comes from. */
function collect(
  network: Network,
  into: Collected,
  prefix = "",
  sources: readonly number[] = [],
): Map<SymbolicTensor, number> {
  const { parts, arrows, expandNested } = into;
  const from = new Map<SymbolicTensor, number>();
  const partOf = new Map<object, number>();
  const isInput = (name: string) => network.inputNames.includes(name);
  for (const { name, layer, applications } of network.layers) {
    const [first] = applications;
    const hidden = isNetwork(layer) && expandNested;
    if (hidden || (prefix !== "" && isInput(name))) continue;
    partOf.set(layer, parts.length);
    parts.push({
      name: prefix + name,
      className: layer.className,
      trainable: layer.trainable,
      inputs: first.inputs.map(({ shape }) => shape),
      outputs: first.outputs.map(({ shape }) => shape),
    });
  }
  network.inputs.forEach((tensor, i) => {
    const own = network.layers.find(({ name }) => name === network.inputNames[i]);
    const part = prefix === "" && own !== undefined ? partOf.get(own.layer) : sources[i];
    if (part !== undefined) from.set(tensor, part);
  });
  for (const { unit, inputs, outputs } of network.applications) {
    const before = inputs.map((tensor) => from.get(tensor));
    const part = partOf.get(unit);
    if (part === undefined && isNetwork(unit)) {
      const known = before.map((index) => index ?? -1);
      const inner = collect(unit, into, `${prefix}${network.nameOf(unit)}/`, known);
      outputs.forEach((tensor, i) => {
        const source = inner.get(unit.outputs[i]);
        if (source !== undefined) from.set(tensor, source);
      });
      continue;
    }
    for (const index of before) addArrow(arrows, index, part);
    for (const tensor of outputs) from.set(tensor, part as number);
  }
  return from;
}

/** One arrow between two parts is enough, and none leads from a part to itself. */
function addArrow(arrows: Arrow[], from: number | undefined, to: number | undefined): void {
  if (from === undefined || to === undefined || from < 0 || from === to) return;
  if (arrows.some((arrow) => arrow.from === from && arrow.to === to)) return;
  arrows.push({ from, to });
}

/** Many inputs are counted rather than listed. */
const takenText = (shapes: readonly Shape[]) =>
  shapes.length > 2 ? `${shapes.length} inputs` : shapeText(shapes);

const shapeText = (shapes: readonly Shape[]) =>
  shapes.map((shape) => formatShape([null, ...shape]).replace("null", "N")).join(", ");

function linesOf({ name, className, inputs, outputs }: Part, showShapes: boolean): string[] {
  const taken = inputs.length === 0 ? "" : `${takenText(inputs)} → `;
  const shapes = showShapes ? [shorten(`${taken}${shapeText(outputs)}`, 60)] : [];
  return [shorten(name, 40), className, ...shapes];
}

/** A guess at a line's width that is rather too wide: the reader's font is not known. Names are bold. */
const widthOf = (text: string, line: number) => [...text].length * (line === 0 ? 8.4 : 7.2);

const round = (value: number) => Math.round(value * 10) / 10;

function boxAt(
  { x, y }: Point,
  { width, height }: { readonly width: number; readonly height: number },
  lines: readonly string[],
  trainable: boolean,
): string {
  const dashes = trainable ? "" : ' stroke-dasharray="5 4"';
  const frame =
    `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${height}" rx="7"` +
    ` fill="${light.paper}" class="fovea-paper" stroke="currentColor"${dashes}/>\n`;
  const texts = lines.map((line, i) =>
    textAt(round(x + padding), round(y + padding + 11 + i * lineHeight), line, {
      bold: i === 0,
      muted: i > 0,
    }),
  );
  return frame + texts.join("");
}

/** A curve through the points that leaves and arrives upright, with a head. */
function arrowAt(points: readonly Point[]): string {
  const [start, ...others] = points;
  let at = start;
  const curves = others.map((point) => {
    const middle = (at.y + point.y) / 2;
    const curve = `C${round(at.x)} ${round(middle)} ${round(point.x)} ${round(middle)} ${round(point.x)} ${round(point.y)}`;
    at = point;
    return curve;
  });
  const head = `M${round(at.x - 4)} ${round(at.y - 7)}L${round(at.x)} ${round(at.y)}L${round(at.x + 4)} ${round(at.y - 7)}`;
  const path = `M${round(start.x)} ${round(start.y)}${curves.join("")}${head}`;
  return `<path d="${path}" fill="none" stroke="currentColor" stroke-opacity="0.65"/>\n`;
}
