/** Numbers of the DNS protocol that this server knows, by the names of the IANA registry "Domain Name System (DNS) Parameters". */

/** Kinds of query (RFC 1035 section 4.1.1). All but QUERY are answered "not implemented". */
export const OPCODE = { QUERY: 0 } as const;

/** Response codes; those above 15 need an OPT record (RFC 6891 section 6.1.3). */
export const RCODE = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5, BADVERS: 16 } as const;

/** Record types and question types. */
export const TYPE = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  OPT: 41,
  ANY: 255,
} as const;

/** Classes: the Internet, and Chaosnet, which only carries questions about the server itself. */
export const CLASS = { IN: 1, CH: 3 } as const;

/** Bits of the second header word (RFC 1035 section 4.1.1, RFC 4035 section 3). */
export const FLAG = { QR: 0x8000, AA: 0x0400, TC: 0x0200, RD: 0x0100, RA: 0x0080, AD: 0x0020, CD: 0x0010 } as const;

/** EDNS options (RFC 6891 section 6.1.2). */
export const OPTION = { NSID: 3, CLIENT_SUBNET: 8, COOKIE: 10, TCP_KEEPALIVE: 11, EXTENDED_ERROR: 15 } as const;

/** Octets of a message's header. */
export const HEADER_LENGTH = 12;

/** The most octets that a message can have: TCP frames have a length of 16 bits. */
export const MAX_MESSAGE = 65_535;
