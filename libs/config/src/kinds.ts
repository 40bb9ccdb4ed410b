import { isIP } from 'node:net';
import { parseDuration } from '#libs/time';

/** A kind of setting: how its text becomes a value, and what to say when it does not. */
export interface Kind<T> {
  /** What a right value looks like; ends the sentence "expected ...". */
  readonly expects: string;
  /** The value, or undefined when `text` is not of this kind. */
  parse(text: string): T | undefined;
}

const LABEL = '[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?';
const NAME = new RegExp(`^${LABEL}(\\.${LABEL})*\\.?$`);

function kind<T>(expects: string, parse: (text: string) => T | undefined): Kind<T> {
  return { expects, parse };
}

/** Any text, the empty one too. */
export const text = kind<string>('text', (value) => value);

export const flag = kind<boolean>('true or false', (value) => {
  if (value === 'true') return true;
  return value === 'false' ? false : undefined;
});

/** A whole number from `min` to `max`, both included. */
export function integer(min: number, max: number): Kind<number> {
  return kind(`a whole number from ${min} to ${max}`, (value) => {
    if (!/^-?\d{1,15}$/.test(value)) return undefined;
    const number = Number(value);
    return number >= min && number <= max ? number : undefined;
  });
}

/** A TCP or UDP port; 0 takes a free one. */
export const port: Kind<number> = { ...integer(0, 65_535), expects: 'a port from 0 (any free one) to 65535' };

/** How many processes serve: `auto` for one for each core. */
export const workers = kind<number | 'auto'>('auto (one for each core) or a whole number from 1 to 64', (value) =>
  value === 'auto' ? value : integer(1, 64).parse(value),
);

export const host = kind<string>('an IP address or a host name', (value) =>
  isIP(value) || NAME.test(value) ? value : undefined,
);

export const ipAddress = kind<string>('an IPv4 or IPv6 address', (value) => (isIP(value) ? value : undefined));

/** Addresses that begin alike, such as `10.0.0.0/8`, or one address. */
export const network = kind<string>('a network such as 10.0.0.0/8 or 2001:db8::/32, or an address', (value) => {
  const [address = '', prefix, ...more] = value.split('/');
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)]!;
  const length = prefix === undefined ? bits : /^\d{1,3}$/.test(prefix) ? Number(prefix) : Infinity;
  return bits > 0 && length <= bits && more.length === 0 ? value : undefined;
});

/** A share: 0 is none, 1 is all. */
export const share = kind<number>('a number from 0 to 1', (value) =>
  /^(0(\.\d+)?|1(\.0+)?)$/.test(value) ? Number(value) : undefined,
);

/** A DNS name without its last dot, lower-cased. */
export const domain = kind<string>('a DNS name such as consul or my.zone', (value) =>
  NAME.test(value) && value.length <= 200 ? value.replace(/\.$/, '').toLowerCase() : undefined,
);

/** The words that names below the zone begin with, as Consul spells them; a second zone of such a name would hide them. */
const ZONE_WORDS = ['service', 'connect', 'node', 'query', 'addr'];

/** A second name for the zone: a DNS name that does not begin like the names in it. */
export const altDomain = kind<string>(
  `a DNS name such as my.zone that does not begin with ${ZONE_WORDS.join(', ')}`,
  (value) => {
    const name = domain.parse(value);
    return name === undefined || ZONE_WORDS.includes(name.split('.', 1)[0]!) ? undefined : name;
  },
);

/** A duration from `min` to `max`, both included and written in Go's form; its value is in milliseconds. */
export function duration(min: string, max: string): Kind<number> {
  const [least, most] = [parseDuration(min)!, parseDuration(max)!];
  return kind(`a duration from ${min} to ${max}, such as 10s or 1m30s`, (value) => {
    const ms = parseDuration(value);
    return ms !== undefined && ms >= least && ms <= most ? ms : undefined;
  });
}

/** So many in so long, such as `600/1m`; the window is in milliseconds. */
export const rate = kind<{ readonly limit: number; readonly window: number }>(
  'a number of requests and a duration from 1s to 24h, such as 600/1m',
  (value) => {
    const [, count, period] = /^(\d{1,7})\/(.+)$/.exec(value) ?? [];
    const limit = Number(count ?? 0);
    const window = duration('1s', '24h').parse(period ?? '');
    return limit > 0 && window !== undefined ? { limit, window } : undefined;
  },
);

/** An origin as browsers send it: scheme, host and port, nothing behind it. */
export const origin = kind<string>('an origin such as https://app.example', (value) =>
  URL.canParse(value) && new URL(value).origin === value ? value : undefined,
);

/** One of a few words. */
export function choice<const T extends string>(...words: T[]): Kind<T> {
  return kind(`one of ${words.join(', ')}`, (value) => words.find((word) => word === value));
}

/** Values separated by commas; the empty text is the empty list. */
export function list<T>(item: Kind<T>): Kind<readonly T[]> {
  return kind(`${item.expects}; several are separated by commas`, (value) => {
    const items = splitByComma(value).map((part) => item.parse(part));
    return items.every((part) => part !== undefined) ? (items as T[]) : undefined;
  });
}

/** `key=value` pairs separated by commas. */
export function pairs<T>(value: Kind<T>): Kind<Readonly<Record<string, T>>> {
  return kind(`key=value pairs separated by commas, each value ${value.expects}`, (whole) => {
    const entries = splitByComma(whole).map((pair): [string, T | undefined] => {
      const at = pair.indexOf('=');
      return at < 1 ? ['', undefined] : [pair.slice(0, at).trim(), value.parse(pair.slice(at + 1).trim())];
    });
    if (entries.some(([, parsed]) => parsed === undefined)) return undefined;
    return Object.fromEntries(entries as [string, T][]);
  });
}

/** Fields of an HTTP message as `name=value` pairs separated by commas (RFC 9110 section 5). */
export const httpFields: Kind<Readonly<Record<string, string>>> = {
  expects: 'HTTP headers as name=value pairs separated by commas',
  parse: (whole) => {
    const fields = pairs(pattern('text', /^[\t\x20-\x7e]*$/)).parse(whole);
    return fields && Object.keys(fields).every((name) => /^[\w!#$%&'*+.^`|~-]+$/.test(name)) ? fields : undefined;
  },
};

/** The empty text, or a value of another kind. */
export function optional<T>(inner: Kind<T>): Kind<T | ''> {
  return kind(`${inner.expects}, or nothing`, (value) => (value === '' ? '' : inner.parse(value)));
}

/** A URL of one of the given schemes (`http:`), without a slash at its end. */
export function url(...schemes: string[]): Kind<string> {
  return kind(`a URL that begins with ${schemes.map((scheme) => `${scheme}//`).join(' or ')}`, (value) => {
    if (!URL.canParse(value) || !value.includes('://')) return undefined;
    return schemes.includes(new URL(value).protocol) ? value.replace(/\/+$/, '') : undefined;
  });
}

/** Where the blog's database is: a file of SQLite, or a MySQL server with the name of a database. */
export const database = kind<string>('sqlite: and a file name, or mysql://user:password@host:port/database', (value) =>
  /^sqlite:./.test(value) || isMysqlUrl(value) ? value : undefined,
);

function isMysqlUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, username, hostname, pathname, search, hash } = new URL(value);
  return (
    protocol === 'mysql:' && username !== '' && hostname !== '' && /^\/[^/]+$/.test(pathname) && search + hash === ''
  );
}

/** Text of a fixed form. */
export function pattern(expects: string, form: RegExp): Kind<string> {
  return kind(expects, (value) => (form.test(value) ? value : undefined));
}

function splitByComma(value: string): string[] {
  return value.trim() === '' ? [] : value.split(',').map((part) => part.trim());
}
