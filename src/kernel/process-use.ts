import {readFileSync} from 'node:fs'
import {descendants} from './processes.ts'

/** What a process and all below it have used of the processor since they began, and hold of memory now. */
export type TreeUse = {
  readonly cpuNanoseconds: number
  readonly memoryBytes: number
  /** How long the process lives. */
  readonly aliveNanoseconds: number
}

/** undefined when the process has ended. */
export function treeUse(pid: number): TreeUse | undefined {
  const first = statOf(pid)
  if (first === undefined) return undefined
  const stats = [first, ...descendants(pid).flatMap(child => statOf(child) ?? [])]
  const ticks = stats.reduce((sum, stat) => sum + stat.ticks, 0)
  const memoryBytes = [pid, ...descendants(pid)].reduce((sum, one) => sum + memoryOf(one), 0)
  const uptime = Number(read('/proc/uptime').split(' ')[0])
  return {
    cpuNanoseconds: ticks * nanosecondsPerTick,
    memoryBytes,
    aliveNanoseconds: Math.max(0, uptime * 1e9 - first.startTicks * nanosecondsPerTick),
  }
}

/* USER_HZ, the same on every Linux that Node runs on. */
const nanosecondsPerTick = 1e7

/**
 * The numbers of `/proc/PID/stat`, see proc(5): its own time on the processor and that of its children that have ended, and when it began, after
 * the machine. The name in brackets may hold anything, brackets too.
 */
export function parseStat(text: string): {readonly ticks: number; readonly startTicks: number} | undefined {
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number)
  const [user, system, childrenUser, childrenSystem] = fields.slice(11, 15)
  const startTicks = fields[19]
  if (user === undefined || system === undefined || startTicks === undefined) return undefined
  return {ticks: user + system + (childrenUser ?? 0) + (childrenSystem ?? 0), startTicks}
}

function statOf(pid: number) {
  return parseStat(read(`/proc/${pid}/stat`))
}

/** What is in memory of it, as `ps` shows it as RSS; pages that several processes share count for each. */
function memoryOf(pid: number): number {
  const [, kilobytes = '0'] = /^VmRSS:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`)) ?? []
  return Number(kilobytes) * 1024
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return '' // it has ended
  }
}
