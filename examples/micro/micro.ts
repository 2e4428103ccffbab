// The whole idea on two pages: a graph of values, its gradient by walking back, one convolution as
// plain loops, and a training loop. It imports nothing and is slow; Fovea does the same, compiled.
// Run it: npx tsx examples/micro/micro.ts

/** A tensor that remembers how it came about. `gradient` is how the loss changes with each element. */
export class Value {
  readonly shape: readonly number[];
  readonly data: Float64Array;
  readonly gradient: Float64Array;
  readonly inputs: readonly Value[];
  /** Hands this value's gradient on to its inputs. */
  pass: () => void = () => {};

  constructor(shape: readonly number[], inputs: readonly Value[] = []) {
    const size = shape.reduce((a, b) => a * b, 1);
    this.shape = shape;
    this.data = new Float64Array(size);
    this.gradient = new Float64Array(size);
    this.inputs = inputs;
  }

  static of(shape: readonly number[], at: (i: number) => number): Value {
    const value = new Value(shape);
    value.data.forEach((_, i) => {
      value.data[i] = at(i);
    });
    return value;
  }
}

/** The gradient: every value after all that it depends on, and then back, from the loss. */
export function backward(loss: Value): void {
  const order: Value[] = [];
  const seen = new Set<Value>();
  const visit = (value: Value) => {
    if (seen.has(value)) return;
    seen.add(value);
    value.inputs.forEach(visit);
    order.push(value);
  };
  visit(loss);
  for (const value of order) value.gradient.fill(0);
  loss.gradient.fill(1);
  for (const value of order.reverse()) value.pass();
}

/** [N, H, W, C] with filters [R, S, C, K] → [N, H−R+1, W−S+1, K]: the sum under every window. */
export function conv2d(x: Value, filter: Value): Value {
  const [n, h, w, channels] = x.shape;
  const [rows, columns, , filters] = filter.shape;
  const [p, q] = [h - rows + 1, w - columns + 1];
  const y = new Value([n, p, q, filters], [x, filter]);
  /** Visits every product of the convolution: which pixel, which weight, which result. */
  const forEachProduct = (visit: (xi: number, fi: number, yi: number) => void) => {
    for (let image = 0; image < n; image++)
      for (let i = 0; i < p; i++)
        for (let j = 0; j < q; j++)
          for (let k = 0; k < filters; k++)
            for (let r = 0; r < rows; r++)
              for (let s = 0; s < columns; s++)
                for (let c = 0; c < channels; c++)
                  visit(
                    ((image * h + i + r) * w + j + s) * channels + c,
                    ((r * columns + s) * channels + c) * filters + k,
                    ((image * p + i) * q + j) * filters + k,
                  );
  };
  forEachProduct((xi, fi, yi) => {
    y.data[yi] += x.data[xi] * filter.data[fi];
  });
  // The same products once more: each factor's gradient is the other factor times the result's.
  y.pass = () =>
    forEachProduct((xi, fi, yi) => {
      x.gradient[xi] += y.gradient[yi] * filter.data[fi];
      filter.gradient[fi] += y.gradient[yi] * x.data[xi];
    });
  return y;
}

/** max(x, 0). */
export function relu(x: Value): Value {
  const y = new Value(x.shape, [x]);
  x.data.forEach((value, i) => {
    y.data[i] = Math.max(value, 0);
  });
  y.pass = () =>
    y.gradient.forEach((g, i) => {
      x.gradient[i] += y.data[i] > 0 ? g : 0;
    });
  return y;
}

/** [N, H, W, C] → [N, C]: the mean of each channel. */
export function averagePixels(x: Value): Value {
  const [n, h, w, channels] = x.shape;
  const y = new Value([n, channels], [x]);
  const resultOf = (i: number) => Math.floor(i / (h * w * channels)) * channels + (i % channels);
  x.data.forEach((value, i) => {
    y.data[resultOf(i)] += value / (h * w);
  });
  y.pass = () =>
    x.gradient.forEach((_, i) => {
      x.gradient[i] += y.gradient[resultOf(i)] / (h * w);
    });
  return y;
}

function addTo(sums: Float64Array, values: Float64Array): void {
  for (const [i, value] of values.entries()) sums[i] += value;
}

/** [N, C] · [C, U] → [N, U]: a fully connected layer is a convolution of one pixel. */
export function dense(x: Value, weights: Value): Value {
  const [n, channels] = x.shape;
  const image = new Value([n, 1, 1, channels], [x]);
  image.data.set(x.data);
  image.pass = () => addTo(x.gradient, image.gradient);
  const filter = new Value([1, 1, ...weights.shape], [weights]);
  filter.data.set(weights.data);
  filter.pass = () => addTo(weights.gradient, filter.gradient);
  return conv2d(image, filter);
}

/** The mean of −ln softmax(scores)[label]: scores [N, …, C] → a single number. */
export function crossEntropy(scores: Value, labels: readonly number[]): Value {
  const classes = scores.shape[scores.shape.length - 1];
  const loss = new Value([], [scores]);
  const shares = labels.map((_, n) => {
    const row = scores.data.subarray(n * classes, (n + 1) * classes);
    const powers = row.map((score) => Math.exp(score - Math.max(...row)));
    return powers.map((power) => power / powers.reduce((a, b) => a + b));
  });
  labels.forEach((label, n) => {
    loss.data[0] -= Math.log(shares[n][label]) / labels.length;
  });
  loss.pass = () =>
    labels.forEach((label, n) => {
      shares[n].forEach((share, c) => {
        const away = share - (c === label ? 1 : 0);
        scores.gradient[n * classes + c] += (loss.gradient[0] * away) / labels.length;
      });
    });
  return loss;
}

/** The same numbers every time, in [0, 1) (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Noisy pictures of 8 by 8 pixels with one bar: lying (class 0) or standing (class 1). */
export function bars(count: number, random: () => number) {
  const labels = Array.from({ length: count }, (_, i) => i % 2);
  const places = labels.map(() => Math.floor(random() * 8));
  const images = Value.of([count, 8, 8, 1], (i) => {
    const [image, row, column] = [i >> 6, (i >> 3) & 7, i & 7];
    const onBar = (labels[image] === 0 ? row : column) === places[image];
    return (onBar ? 1 : 0) + 0.3 * (random() - 0.5);
  });
  return { images, labels };
}

/** Two layers of weights, small and random. */
export function makeWeights(random: () => number) {
  const small = () => random() - 0.5;
  return { filter: Value.of([3, 3, 1, 4], small), weights: Value.of([4, 2], small) };
}

type Weights = ReturnType<typeof makeWeights>;

/** The network: a convolution, a relu, the mean of each channel, a score for each class. */
export function scoresOf(images: Value, { filter, weights }: Weights): Value {
  return dense(averagePixels(relu(conv2d(images, filter))), weights);
}

/** Gradient descent: score, compare, walk back, step down. Gives the loss of every step. */
export function train(data: ReturnType<typeof bars>, model: Weights, steps: number, rate: number) {
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const loss = crossEntropy(scoresOf(data.images, model), data.labels);
    backward(loss);
    for (const { data: values, gradient } of [model.filter, model.weights]) {
      gradient.forEach((g, i) => {
        values[i] -= rate * g;
      });
    }
    losses.push(loss.data[0]);
  }
  return losses;
}

/** The share of pictures whose larger score is the right one. */
export function accuracy({ images, labels }: ReturnType<typeof bars>, model: Weights): number {
  const { data } = scoresOf(images, model);
  const right = labels.filter((label, n) => (data[2 * n + 1] > data[2 * n] ? 1 : 0) === label);
  return right.length / labels.length;
}

if (process.argv[1]?.endsWith("micro.ts")) {
  const random = randomNumbers(1);
  const model = makeWeights(random);
  const losses = train(bars(32, random), model, 150, 2);
  for (const step of [0, 49, 99, 149])
    console.log(`step ${step + 1}: loss ${losses[step].toFixed(4)}`);
  console.log(`accuracy on 200 new pictures: ${accuracy(bars(200, random), model)}`);
}
