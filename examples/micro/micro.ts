// The whole idea on a few pages: values in a graph, gradients that flow back through it, one
// convolution, and a loop that learns to tell bars that lie from bars that stand. Nothing is imported:
// every number is computed here. Images are [N, H, W, C] and filters [R, S, C, K], as in all of Fovea.

/** A value of the graph: its numbers, and how they hang together with those of its inputs. */
export interface Node {
  readonly shape: readonly number[];
  readonly data: Float64Array;
  /** How fast the loss grows with each of the numbers. */
  readonly gradient: Float64Array;
  readonly inputs: readonly Node[];
  /** Computes `data` from the data of the inputs. */
  forward(): void;
  /** Adds to the gradients of the inputs what follows from this one's. */
  backward(): void;
}

/** Room for numbers, all 0. It is handed in, unless an op below says how it is computed. */
export function value(shape: readonly number[], inputs: readonly Node[] = []): Node {
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  const [data, gradient] = [new Float64Array(size), new Float64Array(size)];
  return { shape, data, gradient, inputs, forward() {}, backward() {} };
}

/**
 * Slides K filters over N images: [N, H, W, C], [R, S, C, K] → [N, P, Q, K]. Each product of a pixel
 * and a weight goes into one result. Backwards the same products are visited once more: the pixel
 * gets the result's gradient times the weight, the weight gets it times the pixel. LeCun et al., 1989.
 */
export function conv2d(image: Node, filter: Node): Node {
  const [n, h, w, c] = image.shape;
  const [r, s, , k] = filter.shape;
  const [p, q] = [h - r + 1, w - s + 1];
  const y = value([n, p, q, k], [image, filter]);
  const forEachProduct = (visit: (pixel: number, weight: number, result: number) => void) => {
    for (let i = 0; i < n; i++)
      for (let row = 0; row < p; row++)
        for (let column = 0; column < q; column++)
          for (let down = 0; down < r; down++)
            for (let across = 0; across < s; across++)
              for (let channel = 0; channel < c; channel++)
                for (let f = 0; f < k; f++) {
                  const pixel = ((i * h + row + down) * w + column + across) * c + channel;
                  const weight = ((down * s + across) * c + channel) * k + f;
                  const result = ((i * p + row) * q + column) * k + f;
                  visit(pixel, weight, result);
                }
  };
  y.forward = () => {
    y.data.fill(0);
    forEachProduct((pixel, weight, result) => {
      y.data[result] += image.data[pixel] * filter.data[weight];
    });
  };
  y.backward = () => {
    forEachProduct((pixel, weight, result) => {
      image.gradient[pixel] += y.gradient[result] * filter.data[weight];
      filter.gradient[weight] += y.gradient[result] * image.data[pixel];
    });
  };
  return y;
}

/** What is above 0, and 0 for the rest, through which no gradient comes back. */
export function relu(x: Node): Node {
  const y = value(x.shape, [x]);
  y.forward = () => {
    for (let i = 0; i < x.data.length; i++) y.data[i] = Math.max(0, x.data[i]);
  };
  y.backward = () => {
    for (let i = 0; i < x.data.length; i++) if (x.data[i] > 0) x.gradient[i] += y.gradient[i];
  };
  return y;
}

/** The mean over all pixels: [N, P, Q, K] → [N, 1, 1, K]. What was seen counts, not where. */
export function meanOverPixels(x: Node): Node {
  const [n, p, q, k] = x.shape;
  const y = value([n, 1, 1, k], [x]);
  const resultOf = (i: number) => Math.floor(i / (p * q * k)) * k + (i % k);
  y.forward = () => {
    y.data.fill(0);
    for (let i = 0; i < x.data.length; i++) y.data[resultOf(i)] += x.data[i] / (p * q);
  };
  y.backward = () => {
    for (let i = 0; i < x.data.length; i++) x.gradient[i] += y.gradient[resultOf(i)] / (p * q);
  };
  return y;
}

/** How surprised the network is by the labels: the mean of −ln of the chances that it gave them. */
export function crossEntropy(logits: Node, labels: ArrayLike<number>): Node {
  const [n, , , classes] = logits.shape;
  const chances = new Float64Array(n * classes);
  const loss = value([], [logits]);
  loss.forward = () => {
    loss.data[0] = 0;
    for (let i = 0; i < n; i++) {
      const row = logits.data.subarray(i * classes, (i + 1) * classes);
      const largest = Math.max(...row);
      const sum = row.reduce((total, logit) => total + Math.exp(logit - largest), 0);
      for (let j = 0; j < classes; j++) chances[i * classes + j] = Math.exp(row[j] - largest) / sum;
      loss.data[0] -= Math.log(chances[i * classes + labels[i]]) / n;
    }
  };
  loss.backward = () => {
    for (let at = 0; at < chances.length; at++) {
      const truth = at % classes === labels[Math.floor(at / classes)] ? 1 : 0;
      logits.gradient[at] += (loss.gradient[0] * (chances[at] - truth)) / n;
    }
  };
  return loss;
}

/** Everything that `last` is computed from, and itself: inputs before their users. */
export function orderOf(last: Node, order: Node[] = []): Node[] {
  for (const input of last.inputs) if (!order.includes(input)) orderOf(input, order);
  order.push(last);
  return order;
}

/** Numbers forwards, then gradients backwards: the chain rule, a node at a time. Linnainmaa, 1970. */
export function differentiate(order: readonly Node[]): void {
  for (const node of order) node.forward();
  for (const node of order) node.gradient.fill(0);
  order[order.length - 1].gradient[0] = 1;
  for (const node of [...order].reverse()) node.backward();
}

/** Numbers in [0, 1) that look random enough, and are the same for the same seed. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

const size = 8;
const filters = 4;

/** Filters of 3 by 3, and a dense layer: a convolution of images that are one pixel large. */
export function network(images: number, random: () => number) {
  const image = value([images, size, size, 1]);
  const labels = new Int32Array(images);
  const weights = [value([3, 3, 1, filters]), value([1, 1, filters, 2])];
  for (const { data } of weights) for (let i = 0; i < data.length; i++) data[i] = random() - 0.5;
  const logits = conv2d(meanOverPixels(relu(conv2d(image, weights[0]))), weights[1]);
  return { image, labels, weights, logits, loss: crossEntropy(logits, labels) };
}

export type Network = ReturnType<typeof network>;

/** Paints new images: noise, and somewhere a bar that lies (label 0) or stands (label 1). */
export function paint({ image, labels }: Network, random: () => number): void {
  for (let i = 0; i < labels.length; i++) {
    labels[i] = Math.floor(2 * random());
    const bar = Math.floor(size * random());
    for (let pixel = 0; pixel < size * size; pixel++) {
      const line = labels[i] === 0 ? Math.floor(pixel / size) : pixel % size;
      image.data[i * size * size + pixel] = 0.5 * random() + (line === bar ? 1 : 0);
    }
  }
}

/** One step downhill: the gradient points to where the loss grows. */
export function descend({ weights }: Network, learningRate: number): void {
  for (const { data, gradient } of weights) {
    for (let i = 0; i < data.length; i++) data[i] -= learningRate * gradient[i];
  }
}

/** Builds the network once, and trains it on new images at every step. */
export function train(steps: number, say: (line: string) => void): Network {
  const random = randomFrom(9);
  const net = network(32, random);
  const order = orderOf(net.loss);
  for (let step = 0; step <= steps; step++) {
    paint(net, random);
    differentiate(order);
    if (step % 50 === 0) say(`step ${`${step}`.padStart(3)}   loss ${net.loss.data[0].toFixed(4)}`);
    descend(net, 1);
  }
  return net;
}

/** The share of new images that the network gets right. */
export function accuracy(net: Network, random: () => number, rounds = 20): number {
  let right = 0;
  for (let round = 0; round < rounds; round++) {
    paint(net, random);
    for (const node of orderOf(net.logits)) node.forward();
    const { data } = net.logits;
    right += net.labels.filter((label, i) => data[2 * i + label] > data[2 * i + 1 - label]).length;
  }
  return right / (rounds * net.labels.length);
}

/** The filters side by side: ## where one wants light, ·· where it wants dark. */
export function draw({ weights: [{ data }] }: Network): string {
  const largest = Math.max(...data.map(Math.abs));
  const shades = Array.from(data, (weight) => ["··", "  ", "##"][Math.round(weight / largest) + 1]);
  const row = (r: number, f: number) => [0, 1, 2].map((s) => shades[(3 * r + s) * filters + f]);
  return [0, 1, 2]
    .map((r) => Array.from({ length: filters }, (_, f) => row(r, f).join("")).join("      "))
    .join("\n");
}

/** Trains, and tells what came of it. */
export function main(say: (line: string) => void): void {
  const net = train(300, say);
  const share = accuracy(net, randomFrom(2));
  say(`\n640 images that it has never seen: ${(100 * share).toFixed(1)} % right`);
  say(`\nWhat its filters look for, ## light and ·· dark:\n\n${draw(net)}`);
}

if (process.argv[1] === import.meta.filename) main(console.log);
