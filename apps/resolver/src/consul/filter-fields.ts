import { BOOLEAN, LIST, mapOf, NUMBER, objectOf, objectsOf, STRING, type Field } from '#libs/registry';

type Fields = Readonly<Record<string, Field>>;

const PAIRS = mapOf(STRING);
const ADDRESSES = mapOf(objectOf({ Address: STRING, Port: NUMBER }));
const WEIGHTS = objectOf({ Passing: NUMBER, Warning: NUMBER });

/** What a filter may ask of a check. */
export const CHECK_FIELDS: Fields = {
  CheckID: STRING,
  ExposedPort: NUMBER,
  Interval: STRING,
  Name: STRING,
  Node: STRING,
  Notes: STRING,
  Output: STRING,
  PeerName: STRING,
  ServiceID: STRING,
  ServiceName: STRING,
  ServiceTags: LIST,
  Status: STRING,
  Timeout: STRING,
  Type: STRING,
};

/** Of a member of the cluster. */
export const MEMBER_FIELDS: Fields = {
  Addr: STRING,
  DelegateCur: NUMBER,
  DelegateMax: NUMBER,
  DelegateMin: NUMBER,
  Name: STRING,
  Port: NUMBER,
  ProtocolCur: NUMBER,
  ProtocolMax: NUMBER,
  ProtocolMin: NUMBER,
  Status: NUMBER,
  Tags: PAIRS,
};

/** Of a node. */
export const NODE_FIELDS: Fields = {
  Address: STRING,
  Datacenter: STRING,
  ID: STRING,
  Meta: PAIRS,
  Node: STRING,
  PeerName: STRING,
  TaggedAddresses: PAIRS,
};

/** Of an instance of the agent, or beside its node. */
export const SERVICE_FIELDS: Fields = {
  Address: STRING,
  EnableTagOverride: BOOLEAN,
  ID: STRING,
  Kind: STRING,
  Meta: PAIRS,
  PeerName: STRING,
  Port: NUMBER,
  Service: STRING,
  SocketPath: STRING,
  TaggedAddresses: ADDRESSES,
  Tags: LIST,
  Weights: WEIGHTS,
};

/** Of an instance and its node in one object. */
export const SERVICE_NODE_FIELDS: Fields = {
  Address: STRING,
  Datacenter: STRING,
  ID: STRING,
  Node: STRING,
  NodeMeta: PAIRS,
  ServiceAddress: STRING,
  ServiceEnableTagOverride: BOOLEAN,
  ServiceID: STRING,
  ServiceKind: STRING,
  ServiceMeta: PAIRS,
  ServiceName: STRING,
  ServicePort: NUMBER,
  ServiceSocketPath: STRING,
  ServiceTaggedAddresses: ADDRESSES,
  ServiceTags: LIST,
  ServiceWeights: WEIGHTS,
  TaggedAddresses: PAIRS,
};

/** Of an instance with its node and checks. */
export const SERVICE_ENTRY_FIELDS: Fields = {
  Node: objectOf(NODE_FIELDS),
  Service: objectOf(SERVICE_FIELDS),
  Checks: objectsOf(CHECK_FIELDS),
};
