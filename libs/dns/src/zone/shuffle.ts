/**
 * The items in random order (Fisher-Yates), so that clients that take the first answer spread over all of them. Only as many are moved as are
 * taken: a few of very many cost little.
 */
export function* shuffled<T>(items: readonly T[]): Generator<T, void> {
  const copy = [...items];
  for (let i = 0; i < copy.length; i++) {
    const j = i + Math.floor(Math.random() * (copy.length - i));
    const next = copy[j]!;
    copy[j] = copy[i]!;
    yield next;
  }
}
