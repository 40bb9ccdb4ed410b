import { isDeepStrictEqual } from 'node:util';
import type { Config, Section } from './settings.js';

/** The settings of `sections` that differ between two configurations, each as `[section] key`. */
export function changedSettings(before: Config, after: Config, sections: readonly Section[]): string[] {
  return sections.flatMap((section) => {
    const [old, current]: Record<string, unknown>[] = [before[section], after[section]];
    const changed = Object.keys(current!).filter((key) => !isDeepStrictEqual(old![key], current![key]));
    return changed.map((key) => `[${section}] ${key}`);
  });
}
