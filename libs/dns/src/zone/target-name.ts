import { addressOctets } from '../wire/address.js';
import { Name, octetsOf } from '../wire/name.js';

/** The tail that names of one answer share: the datacenter, and the zone as the question spells it. */
export interface Home {
  readonly datacenter: string;
  readonly domain: Name;
}

/** `<node>.node.<datacenter>.<domain>`; undefined when the node's name makes no DNS name. */
export function nodeName(node: string, { datacenter, domain }: Home): Name | undefined {
  return Name.fromLabels([...octetsOf(node).split('.'), 'node', datacenter, ...domain.labels]);
}

/** `<service>.service.<datacenter>.<domain>`; undefined when the service's name makes no DNS name. */
export function serviceName(service: string, { datacenter, domain }: Home): Name | undefined {
  return Name.fromLabels([...octetsOf(service).split('.'), 'service', datacenter, ...domain.labels]);
}

/** `<hex digits of an IP address>.addr.<datacenter>.<domain>`. */
export function addressName(address: string, { datacenter, domain }: Home): Name | undefined {
  return Name.fromLabels([addressOctets(address)!.toString('hex'), 'addr', datacenter, ...domain.labels]);
}
