/** What a record says, by its type. Names are text with a dot at their end; strings and bytes are latin1. */
export type RecordData =
  | {readonly type: 'A'; readonly address: string}
  | {readonly type: 'AAAA'; readonly address: string}
  | {readonly type: 'CNAME' | 'NS' | 'PTR' | 'DNAME'; readonly target: string}
  | {
      readonly type: 'SRV'
      readonly priority: number
      readonly weight: number
      readonly port: number
      readonly target: string
    }
  | {readonly type: 'MX'; readonly preference: number; readonly target: string}
  | {readonly type: 'TXT'; readonly strings: readonly string[]}
  | {readonly type: 'HINFO'; readonly cpu: string; readonly os: string}
  | ({readonly type: 'SOA'} & Soa)
  | {readonly type: 'other'; readonly number: number; readonly bytes: Buffer}

export type Soa = {
  readonly primary: string
  readonly mailbox: string
  readonly serial: number
  readonly refresh: number
  readonly retry: number
  readonly expire: number
  readonly minimum: number
}

/** One record: whose it is, what it says, and for how many seconds one may believe it. */
export type ResourceRecord = RecordData & {readonly name: string; readonly ttl: number; readonly class?: number}

export type Question = {readonly name: string; readonly type: number; readonly class: number}

/** What a client says of itself in an OPT record (RFC 6891), and a server in its answer. */
export type Edns = {
  readonly size: number
  readonly version: number
  readonly dnssec: boolean
  readonly options: readonly EdnsOption[]
}

export type EdnsOption = {readonly code: number; readonly bytes: Buffer}

export type Flags = {
  readonly opcode: number
  readonly authoritative: boolean
  readonly truncated: boolean
  readonly recursionDesired: boolean
  readonly recursionAvailable: boolean
  readonly authenticated: boolean
  readonly checkingDisabled: boolean
}

export type Message = Flags & {
  readonly id: number
  readonly response: boolean
  readonly rcode: number
  readonly question?: Question
  readonly answers: readonly ResourceRecord[]
  readonly authorities: readonly ResourceRecord[]
  readonly additionals: readonly ResourceRecord[]
  readonly edns?: Edns
}
