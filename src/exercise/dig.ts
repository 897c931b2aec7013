import type {ExecResult} from '../cluster/lab-handle.ts'

/** What a DNS server said to one question, as `dig +noall +comments +answer` prints it; nothing when no answer came. */
export type Dug = {
  /** `NOERROR`, `NXDOMAIN`, `SERVFAIL`, `REFUSED`; undefined when nobody answered. */
  readonly status?: string
  /** The records of the type that was asked for, as text: `10.98.237.175`, `0 100 80 kubia.default.svc.cluster.local.` */
  readonly records: readonly string[]
}

/** The command that asks one server one question, once. */
export function digCommand({
  server,
  name,
  type,
}: {
  readonly server: string
  readonly name: string
  readonly type: string
}): readonly string[] {
  return ['dig', `@${server}`, '+noall', '+comments', '+answer', '+tries=1', '+time=2', name, type]
}

export function readDig({stdout}: Pick<ExecResult, 'stdout'>, type: string): Dug {
  const status = /status: ([A-Z]+)/.exec(stdout)?.[1]
  const rows = stdout.split('\n').filter(line => line !== '' && !line.startsWith(';'))
  const records = rows.flatMap(row => {
    const [, , , kind, ...data] = row.split(/\s+/)
    return kind === type ? [data.join(' ')] : []
  })
  return {...(status !== undefined && {status}), records}
}
