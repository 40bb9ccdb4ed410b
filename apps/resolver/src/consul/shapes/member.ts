import { SERVER_PORT, type Node } from '#libs/registry';

/** The release of Consul whose API this is; clients compare it. */
export const CONSUL_VERSION = '1.21.4';

/** Ports at which Consul's servers gossip, within a datacenter and between them. */
const LAN_PORT = 8301;
const WAN_PORT = 8302;
/** Serf's number for a member that is there and well. */
const ALIVE = 1;

/** A node as a member of the cluster, as Serf describes it. @param wan as the other datacenters would know it */
export function member({ name, id, datacenter, address }: Node, wan: boolean) {
  return {
    Name: wan ? `${name}.${datacenter}` : name,
    Addr: address,
    Port: wan ? WAN_PORT : LAN_PORT,
    Tags: { role: 'consul', dc: datacenter, id, port: String(SERVER_PORT), build: CONSUL_VERSION, vsn: '2' },
    Status: ALIVE,
    ProtocolMin: 1,
    ProtocolMax: 5,
    ProtocolCur: 2,
    DelegateMin: 2,
    DelegateMax: 5,
    DelegateCur: 4,
  };
}

export type MemberShape = ReturnType<typeof member>;
