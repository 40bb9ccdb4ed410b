/** The value in the middle; of an even number of them, the upper one. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

/** The value below or at which a `share` of all values are. */
export function percentile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length * share) - 1]!;
}

/** How `value` of each round compares with that of the same round of `peer`: a busy moment of the machine falls on both. */
export function ratios(values: readonly number[], peer: readonly number[]): number[] {
  return values.map((value, round) => value / peer[round]!);
}

/** `1.12 (1.09 to 1.17)`: the median, the lowest and the highest. */
export function withSpread(values: readonly number[], digits = 2): string {
  const [lowest, highest] = [Math.min(...values), Math.max(...values)];
  return `${median(values).toFixed(digits)} (${lowest.toFixed(digits)} to ${highest.toFixed(digits)})`;
}
