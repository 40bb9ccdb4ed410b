/** Items by index, such as an array. */
export interface List<T> {
  readonly length: number;
  at(index: number): T | undefined;
}

/** Lists up to this length are copied; of longer ones only the places that were exchanged are remembered. */
const SHORT = 64;

/** Of a longer list so many are drawn one by one; who needs more has found few that fit, and gets the rest as it lies, from a random place on. */
const DRAWN = 256;

/**
 * The items in random order (Fisher-Yates), so that clients that take the first answer spread over all of them. Only as many are looked at as are
 * taken: a few of very many cost no more than a few of few.
 */
export function shuffled<T>(items: List<T>): Generator<T, void> {
  return items.length <= SHORT ? shuffledCopy(items) : shuffledPlaces(items);
}

function* shuffledCopy<T>(items: List<T>): Generator<T, void> {
  const copy = Array.from({ length: items.length }, (_, i) => items.at(i)!);
  for (let i = 0; i < copy.length; i++) {
    const j = randomFrom(i, copy.length);
    const next = copy[j]!;
    copy[j] = copy[i]!;
    yield next;
  }
}

function* shuffledPlaces<T>(items: List<T>): Generator<T, void> {
  const { length } = items;
  const drawn = Math.min(DRAWN, length);
  const moved = new Map<number, number>();
  for (let i = 0; i < drawn; i++) {
    const j = randomFrom(i, length);
    const next = moved.get(j) ?? j;
    moved.set(j, moved.get(i) ?? i);
    yield items.at(next)!;
  }
  const start = randomFrom(drawn, length);
  for (let i = start; i < length; i++) yield items.at(moved.get(i) ?? i)!;
  for (let i = drawn; i < start; i++) yield items.at(moved.get(i) ?? i)!;
}

/** A whole number from `first` to `end` - 1. */
function randomFrom(first: number, end: number): number {
  return first + Math.floor(Math.random() * (end - first));
}
