/**
 * Whether an `Accept` header (RFC 9110 section 12.5.1) admits JSON: as such, by a range that holds it, or by being absent.
 * What is named more closely decides: `application/json;q=0, *\/*` does not.
 */
export function acceptsJson(header: string | undefined): boolean {
  if (header === undefined || header.trim() === '') return true;
  const weights = new Map(header.split(',').map(parseRange));
  return (weights.get('application/json') ?? weights.get('application/*') ?? weights.get('*/*') ?? 0) > 0;
}

function parseRange(range: string): [type: string, weight: number] {
  const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
  const weight = parameters.find((parameter) => /^q\s*=/.test(parameter))?.replace(/^q\s*=\s*/, '');
  return [type, weight === undefined ? 1 : Number(weight) || 0];
}
