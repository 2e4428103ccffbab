// The eigenvectors of a small symmetric matrix, by Jacobi's rotations (1846).

/** Eigenvalues from the largest to the smallest, and the vectors as columns `[size, size]`. */
export interface SymmetricEigen {
  readonly values: readonly number[];
  readonly vectors: Float64Array;
}

const mostSweeps = 60;

/** @param matrix `[size, size]`, row by row; its lower half is taken to be its upper half. */
export function symmetricEigen(matrix: Float64Array, size: number): SymmetricEigen {
  const a = matrix.slice();
  const v = new Float64Array(size * size);
  for (let i = 0; i < size; i++) v[i * size + i] = 1;
  for (let sweep = 0; sweep < mostSweeps && !isDiagonal(a, size); sweep++) {
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) rotate(a, v, size, p, q);
    }
  }
  const order = Array.from({ length: size }, (_, i) => i);
  order.sort((i, j) => a[j * size + j] - a[i * size + i]);
  const vectors = Float64Array.from(
    v,
    (_, at) => v[Math.floor(at / size) * size + order[at % size]],
  );
  return { values: order.map((i) => a[i * size + i]), vectors };
}

function isDiagonal(a: Float64Array, size: number): boolean {
  let [outside, inside] = [0, 0];
  for (let i = 0; i < size; i++) {
    inside += a[i * size + i] ** 2;
    for (let j = i + 1; j < size; j++) outside += a[i * size + j] ** 2;
  }
  return outside <= 1e-30 * inside;
}

/** Turns rows and columns `p` and `q` so that the number where they cross becomes 0. */
function rotate(a: Float64Array, v: Float64Array, size: number, p: number, q: number): void {
  const crossing = a[p * size + q];
  if (crossing === 0) return;
  const theta = (a[q * size + q] - a[p * size + p]) / (2 * crossing);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  const turn = (block: Float64Array, i: number, j: number) => {
    const [x, y] = [block[i], block[j]];
    block[i] = c * x - s * y;
    block[j] = s * x + c * y;
  };
  for (let k = 0; k < size; k++) turn(a, k * size + p, k * size + q);
  for (let k = 0; k < size; k++) turn(a, p * size + k, q * size + k);
  for (let k = 0; k < size; k++) turn(v, k * size + p, k * size + q);
}
