/** The types of records that have a name here; any other is `TYPE` and its number (RFC 3597). */
const types = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  HINFO: 13,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  NAPTR: 35,
  DNAME: 39,
  OPT: 41,
  DS: 43,
  RRSIG: 46,
  NSEC: 47,
  DNSKEY: 48,
  SVCB: 64,
  HTTPS: 65,
  SPF: 99,
  IXFR: 251,
  AXFR: 252,
  ANY: 255,
  CAA: 257,
} as const

const typeNames = new Map<number, string>(Object.entries(types).map(([name, number]) => [number, name]))

/** `A`, `SRV`, ... or `TYPE65280`. */
export function typeName(number: number): string {
  return typeNames.get(number) ?? `TYPE${number}`
}

/** The number of a type's name; undefined for a word that names none. */
export function typeNumber(name: string): number | undefined {
  if (Object.hasOwn(types, name)) return types[name as keyof typeof types]
  const [, digits] = /^TYPE(\d{1,5})$/.exec(name) ?? []
  return digits === undefined || Number(digits) > 0xffff ? undefined : Number(digits)
}

const classes = new Map([
  [1, 'IN'],
  [3, 'CH'],
  [4, 'HS'],
  [254, 'NONE'],
  [255, 'ANY'],
])

/** `IN`, `CH`, ... or `CLASS42`. */
export function className(number: number): string {
  return classes.get(number) ?? `CLASS${number}`
}

/** What came of a question, by the names that `dig` prints. */
export const rcodes = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  YXDOMAIN: 6,
  YXRRSET: 7,
  NXRRSET: 8,
  NOTAUTH: 9,
  NOTZONE: 10,
  BADVERS: 16,
} as const

export type Rcode = number

const rcodeNames = new Map<number, string>(Object.entries(rcodes).map(([name, number]) => [number, name]))

export function rcodeName(number: Rcode): string {
  return rcodeNames.get(number) ?? `${number}`
}
