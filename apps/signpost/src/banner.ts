import type { Ready } from '#libs/primary';

/** What a person reads once both programs serve: where everything is, and lines to paste. */
export function banner(resolver: Ready, blog: Ready): string {
  const registry = resolver.endpoints['registry']!;
  const api = blog.endpoints['blog']!;
  const [dnsHost, dnsPort] = splitAddress(resolver.endpoints['dns']!);
  const metrics = [resolver, blog]
    .flatMap(({ endpoints: { debug } }) => (debug ? [`${debug}/metrics`] : []))
    .join('  ');
  const { account } = blog;
  const created = account ? `\n  account    ${account.name}, password ${account.password} (shown this once)` : '';
  return `
Signpost is running. Ctrl-C stops it; what it stored stays.

  articles   ${api}/api/v1/articles
  OpenAPI    ${api}/docs
  registry   ${registry}/v1/catalog/services
  probes     ${registry}/readyz  ${api}/readyz
  metrics    ${metrics || 'none: see the warnings above'}${created}

  dig @${dnsHost} -p ${dnsPort} user.service.consul SRV +short
  curl '${registry}/v1/health/service/blog?passing'
  curl -u ${account?.name ?? 'admin'}:${account?.password ?? 'PASSWORD'} ${api}/auth
  TOKEN=...  # the access_token of that answer
  curl -H "Authorization: Bearer $TOKEN" -d '{"name":"go"}' -H content-type:application/json ${api}/api/v1/tags
  curl ${api}/api/v1/articles
`;
}

/** `127.0.0.1:8600` or `[::1]:8600` as host and port. */
function splitAddress(address: string): [host: string, port: string] {
  const colon = address.lastIndexOf(':');
  return [address.slice(0, colon).replace(/^\[|\]$/g, ''), address.slice(colon + 1)];
}
