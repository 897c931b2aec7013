import type {IpSets} from './ipset/set.ts'
import type {IpvsConnections, IpvsTable} from './ipvs/table.ts'
import type {NftPlan, NftTable} from './nftables/table.ts'
import type {Op} from './op.ts'
import type {Ruleset} from './ruleset.ts'
import type {NetnsState} from './state.ts'

/** The one door to Linux. `linuxKernel()` acts, `fakeKernel()` remembers; one contract suite holds both. */
export type Kernel = {
  create(netns: string): Promise<void>
  remove(netns: string): Promise<void>
  /** `sysctls` names those to read: the kernel has thousands. */
  observe(netns: string, sysctls?: readonly string[]): Promise<NetnsState>
  /** The rules of iptables, or with a family those of ip6tables. */
  observeRules(netns: string, family?: 'IPv6'): Promise<Ruleset>
  observeSets(netns: string): Promise<IpSets>
  /** What ip_vs balances; refused where the kernel has none. */
  observeServers(netns: string): Promise<{readonly table: IpvsTable}>
  /** How many connections it has: of these virtual servers, or of all. One that is not there has none. */
  observeConnections(netns: string, servers?: readonly string[]): Promise<IpvsConnections>
  /** A table of nftables as it is, with what its counters have counted; undefined when there is none of that name. */
  observeTable(netns: string, table: Pick<NftPlan, 'family' | 'name'>): Promise<NftTable | undefined>
  /** One batch per tool, in order. A failure is a KernelError that names the op, its printed line and what the tool said. */
  apply(netns: string, ops: readonly Op[]): Promise<void>
}

/** Runs a program inside a named network namespace; `argv[0]` is found on the system's PATH. */
export type Run = (command: {
  readonly netns: string
  readonly argv: readonly [string, ...string[]]
  readonly input?: string
  readonly signal?: AbortSignal
}) => Promise<{readonly code: number; readonly stdout: string; readonly stderr: string}>

/** A change or a look at the kernel that failed. `line` is what was sent to the tool, `netns` where. */
export class KernelError extends Error {
  override readonly name = 'KernelError'
  readonly code: 'op-failed' | 'tool-missing' | 'no-such-netns' | 'netns-exists' | 'unreadable'
  readonly netns: string
  readonly line: string | undefined

  constructor(
    message: string,
    fields: {code: KernelError['code']; netns: string; line?: string | undefined; cause?: unknown},
  ) {
    super(message, {cause: fields.cause})
    this.code = fields.code
    this.netns = fields.netns
    this.line = fields.line
  }
}
