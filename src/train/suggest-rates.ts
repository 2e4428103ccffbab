// Learning rates that a sweep over rising rates speaks for, as fastai suggests them. Numbers in, numbers
// out. Rates rise from each to the next; losses are smoothed.

/** A learning rate by each of the ways to read the curve. */
export interface RateSuggestions {
  /** Two thirds down the longest fall of the curve: what fastai suggests where nobody chooses. */
  readonly valley: number;
  /** Where the curve falls fastest. */
  readonly steep: number;
  /** A tenth of the rate with the lowest loss. */
  readonly minimum: number;
  /** Left of where the loss shoots up, by a ruler that slides along the slopes. */
  readonly slide: number;
}

/** Points that the ruler of `slide` spans, and how much slopes at its ends may differ. */
const [ruler, sameSlope] = [15, 0.005];

/** Fewer points than this suggest nothing. */
export const fewestPoints = ruler + 1;

/** @returns what the points speak for; undefined where there are too few of them. */
export function suggestRates(
  rates: readonly number[],
  losses: readonly number[],
): RateSuggestions | undefined {
  if (rates.length < fewestPoints) return undefined;
  return {
    valley: valley(rates, losses),
    steep: steep(rates, losses),
    minimum: minimum(rates, losses),
    slide: slide(rates, losses),
  };
}

/** The longest run of ever lower losses, not all of them neighbours; two thirds along its length. */
function valley(rates: readonly number[], losses: readonly number[]): number {
  const lengths = losses.map(() => 1);
  let [start, end] = [0, 0];
  for (let i = 1; i < losses.length; i++) {
    for (let j = 0; j < i; j++) {
      if (losses[i] < losses[j] && lengths[i] < lengths[j] + 1) lengths[i] = lengths[j] + 1;
      if (lengths[end] >= lengths[i]) continue;
      end = i;
      start = end - lengths[end];
    }
  }
  const third = (end - start) / 3;
  const index = start + Math.trunc(third) + Math.trunc(third / 2);
  // A run that goes back to the first point starts before it, as Python's indices do: at the end.
  return rates.at(index) as number;
}

function steep(rates: readonly number[], losses: readonly number[]): number {
  const slopes = losses
    .slice(1)
    .map((loss, i) => (loss - losses[i]) / (Math.log(rates[i + 1]) - Math.log(rates[i])));
  return rates[slopes.indexOf(Math.min(...slopes))];
}

function minimum(rates: readonly number[], losses: readonly number[]): number {
  return rates[losses.indexOf(Math.min(...losses))] / 10;
}

function slide(rates: readonly number[], losses: readonly number[]): number {
  const slopes = losses.map((_, i) => {
    const [left, right] = [Math.max(0, i - 1), Math.min(losses.length - 1, i + 1)];
    return (losses[right] - losses[left]) / (right - left);
  });
  let right = losses.length - 1;
  let suggested = rates[right - ruler];
  while (right >= ruler && Math.abs(slopes[right] - slopes[right - ruler]) > sameSlope) {
    suggested = rates[right - ruler];
    right--;
  }
  return suggested;
}
