import type {Api, Usage} from '../../apiserver/call.ts'
import type {TreeUse} from '../../kernel/process-use.ts'
import type {Agent} from '../../node/agent.ts'

type Meter = {
  readonly agents: readonly Pick<Agent, 'name' | 'pid' | 'lives'>[]
  readonly measure: (pid: number) => TreeUse | undefined
  /** Nanoseconds, from any moment on. */
  readonly now: () => number
}

type Sample = {readonly at: number; readonly cpuNanoseconds: number}

/** How long a sample is the one that later ones are compared with, in ns. */
const sampleAge = 10e9

/**
 * What nodes and containers use, for `kubectl top`. Nothing runs for it: who asks has it measured, and gets the rate since it was last measured, or,
 * for the first time, since the process began.
 */
export function usageOf({agents, measure, now}: Meter): NonNullable<Api['usage']> {
  const samples = new Map<number, readonly Sample[]>()

  const use = (pid: number): Usage => {
    const tree = measure(pid)
    if (tree === undefined) return nothing
    const sample = {at: now(), cpuNanoseconds: tree.cpuNanoseconds}
    const birth = {at: sample.at - tree.aliveNanoseconds, cpuNanoseconds: 0}
    const {before, kept} = compared(samples.get(pid) ?? [], {birth, sample})
    samples.set(pid, kept)
    return {cpuNanocores: rate(before, sample), memoryBytes: tree.memoryBytes}
  }

  return {
    node: name => {
      const agent = agents.find(one => one.name === name)
      if (agent === undefined) return undefined
      const alive = new Set(agents.flatMap(pidsOf))
      for (const pid of samples.keys()) if (!alive.has(pid)) samples.delete(pid)
      return pidsOf(agent).map(use).reduce(sum, nothing)
    },
    container: (uid, name) => {
      const pid = agents.flatMap(agent => agent.lives()).find(({pod}) => pod.metadata.uid === uid)?.containers[name]
        ?.process?.pid
      return pid === undefined ? undefined : use(pid)
    },
  }
}

/* The owner of the node's namespaces, those of its pods', and the containers. */
function pidsOf({pid, lives}: Meter['agents'][number]): readonly number[] {
  const below = lives().flatMap(({sandbox, containers}) => [
    ...(sandbox ? [sandbox.pausePid] : []),
    ...Object.values(containers).flatMap(({process}) => (process ? [process.pid] : [])),
  ])
  return [pid, ...below]
}

const nothing: Usage = {cpuNanocores: 0, memoryBytes: 0}

function sum(a: Usage, b: Usage): Usage {
  return {cpuNanocores: a.cpuNanocores + b.cpuNanocores, memoryBytes: a.memoryBytes + b.memoryBytes}
}

/**
 * The sample to compare a new one with, so old that the rate means something, and what to keep for later. Samples from before its birth, or with
 * more time than it has had, are of another process of the same number.
 */
function compared(
  known: readonly Sample[],
  {birth, sample}: {birth: Sample; sample: Sample},
): {before: Sample; kept: readonly Sample[]} {
  const isOld = (one: Sample | undefined) => one !== undefined && sample.at - one.at >= sampleAge
  const isItsOwn = ({at, cpuNanoseconds}: Sample) => at > birth.at - 1e9 && cpuNanoseconds <= sample.cpuNanoseconds
  const [first = birth, ...later] = known.filter(isItsOwn)
  const [before = first, ...rest] = isOld(later[0]) ? later : [first, ...later]
  const kept = [before, ...rest]
  return {before, kept: first === birth || isOld(kept.at(-1)) ? [...kept, sample] : kept}
}

function rate(before: Sample, after: Sample): number {
  const time = after.at - before.at
  return time > 0 ? Math.max(0, ((after.cpuNanoseconds - before.cpuNanoseconds) / time) * 1e9) : 0
}
