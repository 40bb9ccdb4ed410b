/**
 * A name that is not taken: the one that is wanted, or that one with an end that tells it apart. It is taken from then on.
 *
 * @param max how many characters fit
 */
export function freeName(wanted: string, end: string, max: number, taken: Set<string>): string {
  let name = wanted;
  for (let ends = end; taken.has(name); ends += end) name = cut(wanted, max - Array.from(ends).length) + ends;
  taken.add(name);
  return name;
}

function cut(text: string, length: number): string {
  return Array.from(text).slice(0, length).join('');
}
