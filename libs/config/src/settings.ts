import {
  altDomain,
  choice,
  database,
  domain,
  duration,
  flag,
  host,
  httpFields,
  integer,
  ipAddress,
  list,
  network,
  optional,
  origin,
  pairs,
  pattern,
  port,
  rate,
  share,
  text,
  url,
  workers,
  type Kind,
} from './kinds.js';

/** One key of a section: its kind and its default, as text. */
export interface Setting<T> {
  readonly kind: Kind<T>;
  readonly fallback: string;
  /** Never printed; may also come from the file that `SIGNPOST_<SECTION>_<KEY>_FILE` names. */
  readonly secret: boolean;
}

function setting<T>(kind: Kind<T>, fallback: string): Setting<T> {
  return { kind, fallback, secret: false };
}

function secret<T>(kind: Kind<T>, fallback: string): Setting<T> {
  return { kind, fallback, secret: true };
}

const uuid = pattern('a UUID', /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i);
const hexSecret = pattern('32 hexadecimal digits', /^[0-9a-f]{32}$/i);
/** As long as a password that a login takes. */
const password = pattern('at most 128 characters', /^.{0,128}$/u);
/** As many octets as its hash has (RFC 7518 section 3.2). */
const hmacSecret = pattern('at least 32 characters', /^.{32,}$/);
/** As it stands in the header Authorization (RFC 6750 section 2.1), and long enough that nobody guesses it. */
const debugToken = pattern('at least 16 letters, digits and - . _ ~ + / =', /^[\w.~+/=-]{16,}$/);
const label = pattern('a DNS label of letters, digits, - and _', /^[A-Za-z0-9_-]{1,63}$/);
/** What the server says of itself in records and options, which have to fit the smallest datagram. */
const shortText = pattern('at most 64 characters of ASCII', /^[ -~]{0,64}$/);
const nodeName = pattern('a node name of letters, digits, - _ and .', /^[A-Za-z0-9_.-]{1,200}$/);
/** Records hold 31 bits of seconds (RFC 2181 section 8). */
const ttl = duration('0s', '596523h');
/** With what comes after it, a program is to be gone within 10 s. */
const shutdownDelay = duration('0s', '4s');
const path = pattern('the beginning of a path, such as /v1/agent/host', /^\/[\x21-\x7e]*$/);
const nothing = pattern('nothing: this release has no use for it', /^$/);

/**
 * Every section and key. config/app.ini holds the same keys with the same defaults and says what each is for;
 * a test compares the two.
 */
export const SETTINGS = {
  resolver: {
    http_host: setting(host, '127.0.0.1'),
    http_port: setting(port, '8500'),
    dns_host: setting(ipAddress, '127.0.0.1'),
    dns_port: setting(port, '8600'),
    node_name: setting(optional(nodeName), ''),
    datacenter: setting(label, 'dc1'),
    data_dir: setting(text, 'var/resolver'),
    workers: setting(workers, '1'),
    advertise_address: setting(ipAddress, '127.0.0.1'),
    node_id: setting(optional(uuid), ''),
    node_meta: setting(pairs(text), ''),
    tokens_file: setting(text, ''),
    public_reads: setting(flag, 'false'),
    allow_open_api: setting(flag, 'false'),
    allow_write_http_from: setting(list(network), ''),
    block_endpoints: setting(list(path), ''),
    response_headers: setting(httpFields, ''),
    max_header_bytes: setting(integer(4_096, 1_048_576), '16384'),
    shutdown_delay: setting(shutdownDelay, '0s'),
  },
  dns: {
    domain: setting(domain, 'consul'),
    alt_domain: setting(optional(altDomain), ''),
    recursors: setting(list(nothing), ''),
    node_ttl: setting(ttl, '0s'),
    service_ttl: setting(pairs(ttl), ''),
    only_passing: setting(flag, 'false'),
    udp_answer_limit: setting(integer(0, 4096), '3'),
    a_record_limit: setting(integer(0, 4096), '0'),
    enable_truncate: setting(flag, 'true'),
    enable_additional_node_meta_txt: setting(flag, 'true'),
    soa_refresh: setting(ttl, '1h'),
    soa_retry: setting(ttl, '10m'),
    soa_expire: setting(ttl, '24h'),
    soa_min_ttl: setting(ttl, '0s'),
    version: setting(shortText, ''),
    server_id: setting(shortText, ''),
    allow_from: setting(list(network), ''),
    cookies: setting(flag, 'true'),
    cookie_secret: secret(optional(hexSecret), ''),
    query_log: setting(share, '0'),
    translate_wan_addrs: setting(flag, 'false'),
  },
  blog: {
    http_host: setting(host, '127.0.0.1'),
    http_port: setting(port, '8000'),
    workers: setting(workers, '1'),
    data_dir: setting(text, 'var/blog'),
    registry_url: setting(optional(url('http:', 'https:')), 'http://127.0.0.1:8500'),
    registry_token: secret(text, ''),
    service_names: setting(list(label), 'blog,user'),
    check_ttl: setting(duration('100ms', '24h'), '10s'),
    cors_origins: setting(list(origin), ''),
    trusted_proxies: setting(list(network), ''),
    cache_size: setting(integer(0, 2 ** 40), '67108864'),
    shutdown_delay: setting(shutdownDelay, '0s'),
  },
  database: {
    url: secret(database, 'sqlite:var/blog/blog.sqlite'),
    pool_size: setting(integer(1, 1000), '10'),
  },
  redis: {
    url: secret(optional(url('redis:', 'rediss:')), ''),
  },
  auth: {
    public_reads: setting(flag, 'true'),
    admin_password: secret(password, ''),
    access_token_ttl: setting(duration('1s', '720h'), '15m'),
    refresh_token_ttl: setting(duration('1m', '8760h'), '720h'),
    key_rotation: setting(duration('1m', '87600h'), '720h'),
    hs256_secret: secret(optional(hmacSecret), ''),
  },
  limits: {
    enabled: setting(flag, 'true'),
    http_max_conns_per_client: setting(integer(1, 1_000_000), '200'),
    http_max_watches_per_client: setting(integer(1, 1_000_000), '200'),
    http_max_watches: setting(integer(1, 1_000_000), '20000'),
    unlimited_from: setting(list(network), '127.0.0.0/8, ::1/128'),
    read_rate: setting(rate, '3000/1m'),
    write_rate: setting(rate, '600/1m'),
    login_rate: setting(rate, '300/1m'),
    account_failures: setting(integer(1, 1_000), '10'),
    network_failures: setting(integer(1, 100_000), '100'),
    body_size: setting(integer(1_024, 104_857_600), '1048576'),
    headers_timeout: setting(duration('100ms', '10m'), '10s'),
    request_timeout: setting(duration('100ms', '10m'), '20s'),
    keep_alive_timeout: setting(duration('100ms', '10m'), '65s'),
    max_connections: setting(integer(1, 1_000_000), '16384'),
  },
  supervisor: {
    ready_timeout: setting(duration('1s', '10m'), '60s'),
    drain_timeout: setting(duration('0s', '1h'), '70s'),
  },
  debug: {
    host: setting(host, '127.0.0.1'),
    port: setting(port, '6060'),
    resolver_port: setting(port, '6061'),
    token: secret(optional(debugToken), ''),
  },
  log: {
    level: setting(choice('trace', 'debug', 'info', 'warn', 'error', 'silent'), 'info'),
    format: setting(choice('auto', 'pretty', 'json'), 'auto'),
    file: setting(text, ''),
  },
  trace: {
    otlp_url: setting(optional(url('http:', 'https:')), ''),
    otlp_headers: secret(httpFields, ''),
    sample: setting(share, '1'),
  },
} as const;

export type Settings = typeof SETTINGS;
export type Section = keyof Settings;

type ValueOf<S> = S extends Setting<infer T> ? T : never;

/**
 * The configuration of both programs, typed from `SETTINGS` and frozen. Keys keep the spelling that they have in
 * config/app.ini, so that one search finds a setting everywhere.
 */
export type Config = {
  readonly [S in Section]: { readonly [K in keyof Settings[S]]: ValueOf<Settings[S][K]> };
};

/** The environment variable that sets `[section] key`. */
export function environmentName(section: string, key: string): string {
  return `SIGNPOST_${section}_${key}`.toUpperCase();
}
