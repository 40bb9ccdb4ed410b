import { RE2JS } from 're2js';
import { FilterError } from './syntax.js';

/** Longest pattern, in UTF-16 code units. */
const MAX_PATTERN = 256;
/** Most instructions of a compiled pattern: `(a{1,30}){1,30}` is short, but costs as much as what it stands for. */
const MAX_PROGRAM = 512;
/** Of a longer text only so much is looked at, in UTF-16 code units: as much as a check's output may have. */
const MAX_SUBJECT = 4_096;

/** What the patterns of one query may cost together. */
export interface Budget {
  /** In milliseconds. */
  left: number;
  now(): number;
}

/** Time for all patterns of one query, in milliseconds. Nothing else is answered meanwhile, no question over DNS either. */
const MAX_TIME = 200;

export function newBudget(now: () => number = () => performance.now()): Budget {
  return { left: MAX_TIME, now };
}

/** Says whether a text matches, on the account of a query. @throws FilterError when that is overdrawn */
export type Pattern = (text: string, budget: Budget) => boolean;

/**
 * Compiles a pattern in Go's syntax (RE2): matching takes linear time whatever the pattern, but linear in the length of the text and
 * of what the pattern stands for, so both are limited, and so is the time.
 *
 * @throws FilterError
 * @see https://github.com/google/re2/wiki/Syntax
 */
export function compilePattern(pattern: string): Pattern {
  if (pattern.length > MAX_PATTERN) throw parseError(`longer than ${MAX_PATTERN} characters`);
  const compiled = compile(pattern);
  if (compiled.programSize() > MAX_PROGRAM) throw parseError('too many repetitions');
  return (text, budget) => {
    const began = budget.now();
    const matches = compiled.test(text.slice(0, MAX_SUBJECT));
    budget.left -= budget.now() - began;
    if (budget.left < 0) throw new FilterError(`the patterns took longer than ${MAX_TIME} ms`);
    return matches;
  };
}

function compile(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    throw new FilterError((error as Error).message);
  }
}

function parseError(why: string): FilterError {
  return new FilterError(`error parsing regexp: ${why}`);
}
