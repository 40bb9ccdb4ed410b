/** NSD as one serving process in the foreground, with nothing of the machine's own configuration (nsd.conf(5)). */
export function nsdConfiguration(folder: string, zoneFile: string, address: string): string {
  return `server:
  ip-address: ${address.replace(':', '@')}
  server-count: 1
  username: ""
  chroot: ""
  zonesdir: "${folder}"
  database: ""
  pidfile: ""
  xfrdfile: ""
  xfrdir: "${folder}"
  zonelistfile: "${folder}/zone.list"
  logfile: "/dev/null"
  rrl-ratelimit: 0
remote-control:
  control-enable: no
zone:
  name: "consul"
  zonefile: "${zoneFile}"
`;
}
