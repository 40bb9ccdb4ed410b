/**
 * Whether an `Accept` header (RFC 9110 section 12.5.1) admits a media type: as such, by a range that holds it, or by being
 * absent. What is named more closely decides: `application/json;q=0, *\/*` does not admit JSON.
 *
 * @param mediaType without parameters, in lower case
 */
export function accepts(header: string | undefined, mediaType: string): boolean {
  if (header === undefined || header === '*/*' || header.trim() === '') return true;
  const weights = new Map(header.split(',').map(parseRange));
  const [family] = mediaType.split('/', 1);
  return (weights.get(mediaType) ?? weights.get(`${family}/*`) ?? weights.get('*/*') ?? 0) > 0;
}

function parseRange(range: string): [type: string, weight: number] {
  const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
  const weight = parameters.find((parameter) => /^q\s*=/.test(parameter))?.replace(/^q\s*=\s*/, '');
  return [type, weight === undefined ? 1 : Number(weight) || 0];
}
