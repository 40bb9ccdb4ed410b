type Rule = Record<string, unknown>;

/**
 * How a recorded expectation differs from what was got, or undefined when it does not. Expectations are JSON: `"*"` is anything that is
 * there; of an object only the keys that the expectation names count, unless it has `$exact`. `{"$any": [...]}` is one of several;
 * `{"$set": [...]}` these in any order; `{"$count": n, "$from": [...]}` so many, each out of these; `{"$match": "..."}` a pattern;
 * `$more` and `$less` a number's bounds. Anything else is compared as it is.
 */
export function difference(want: unknown, got: unknown, at = ''): string | undefined {
  if (want === '*') return got === undefined ? `${at} is missing` : undefined;
  if (Array.isArray(want)) return differentList(want, got, at);
  if (typeof want === 'object' && want !== null) return differentRule(want as Rule, got, at);
  return want === got ? undefined : `${at || 'it'}: expected ${show(want)}, got ${show(got)}`;
}

function differentRule(want: Rule, got: unknown, at: string): string | undefined {
  if ('$any' in want)
    return (want.$any as unknown[]).some((one) => !difference(one, got)) ? undefined : wrong(want, got, at);
  if ('$match' in want) return new RegExp(String(want.$match)).test(String(got)) ? undefined : wrong(want, got, at);
  if ('$more' in want || '$less' in want) {
    return Number(got) > Number(want.$more ?? -1) && Number(got) < Number(want.$less ?? Infinity)
      ? undefined
      : wrong(want, got, at);
  }
  if ('$set' in want) return differentSet(want.$set as unknown[], got, at);
  if ('$count' in want) return differentCount(want, got, at);
  return differentObject(want, got, at);
}

function differentList(want: readonly unknown[], got: unknown, at: string): string | undefined {
  if (!Array.isArray(got) || got.length !== want.length) return wrong(want, got, at);
  for (const [i, one] of want.entries()) {
    const found = difference(one, got[i], `${at}[${i}]`);
    if (found) return found;
  }
  return undefined;
}

function differentSet(want: readonly unknown[], got: unknown, at: string): string | undefined {
  if (!Array.isArray(got) || got.length !== want.length) return wrong(want, got, at);
  const rest: unknown[] = [...got];
  for (const one of want) {
    const i = rest.findIndex((item) => !difference(one, item));
    if (i < 0) return `${at || 'it'}: none like ${show(one)} in ${show(rest)}`;
    rest.splice(i, 1);
  }
  return undefined;
}

function differentCount(want: Rule, got: unknown, at: string): string | undefined {
  const from = want.$from as unknown[] | undefined;
  const right = Array.isArray(got) && got.length === want.$count && got.every((item) => !from || from.includes(item));
  return right ? undefined : wrong(want, got, at);
}

function differentObject({ $exact, ...want }: Rule, got: unknown, at: string): string | undefined {
  if (typeof got !== 'object' || got === null) return wrong(want, got, at);
  const given = got as Rule;
  for (const [key, value] of Object.entries(want)) {
    const found = difference(value, given[key], at === '' ? key : `${at}.${key}`);
    if (found) return found;
  }
  const extra = $exact ? Object.keys(given).filter((key) => !(key in want)) : [];
  return extra.length > 0 ? `${at || 'it'}: unexpected keys ${extra.join(', ')}` : undefined;
}

function wrong(want: unknown, got: unknown, at: string): string {
  return `${at || 'it'}: expected ${show(want)}, got ${show(got)}`;
}

function show(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 400) ?? 'nothing';
}
