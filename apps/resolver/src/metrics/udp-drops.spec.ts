import { describe, expect, it } from 'vitest';
import { dropsIn } from './udp-drops.js';

const HEAD =
  '   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops';

function line(local: string, drops: number): string {
  const rest = '00000000:00000000 00:00000000 00000000     0        0 18841 2 00000000db4917f7';
  return ` 5015: ${local} 00000000:0000 07 ${rest} ${drops}         `;
}

const IPV4 = [HEAD, line('0100007F:2198', 1), line('0A00000A:2198', 20), line('0100007F:2199', 300)].join('\n');
const IPV6 = [
  HEAD,
  line('00000000000000000000000001000000:2198', 4),
  line('B80D0120000000000000000001000000:2198', 50),
].join('\n');

describe('dropsIn', () => {
  it.each([
    [IPV4, '127.0.0.1', 8600, 1],
    [IPV4, '10.0.0.10', 8600, 20],
    [IPV4, '127.0.0.1', 8601, 300],
    [IPV4, '127.0.0.2', 8600, 0],
    [IPV4, '0.0.0.0', 8600, 21],
    [IPV6, '::1', 8600, 4],
    [IPV6, '2001:0DB8::0:1', 8600, 50],
    [IPV6, '::', 8600, 54],
    ['', '127.0.0.1', 8600, 0],
  ])('adds up the drops at an address and a port (%#)', (table, host, port, drops) => {
    expect(dropsIn(table, { host, port })).toBe(drops);
  });

  it('tells sockets of one address and port together', () => {
    expect(dropsIn(`${IPV4}\n${line('0100007F:2198', 7)}\n`, { host: '127.0.0.1', port: 8600 })).toBe(8);
  });
});
