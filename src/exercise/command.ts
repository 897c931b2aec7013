import type {ExecResult, LabHandle} from '../cluster/lab-handle.ts'
import {joinWords} from '../lab/words.ts'

/** A command as a learner types it: `./podlab exec pod/client -- curl -s http://10.98.237.175`. */
export function typed({program}: LabHandle, place: string, argv: readonly string[]): string {
  return `${program} exec ${place} -- ${joinWords(argv)}`
}

/** How long one program may run, and what stops it before. */
export type Limits = {readonly timeoutMs: number; readonly signal: AbortSignal}

/** Three seconds for a try, or what remains until the deadline. */
export function limits(remaining: number, signal: AbortSignal): Limits {
  return {timeoutMs: Math.max(Math.min(remaining, 3000), 100), signal}
}

/** What ran, and how it ended. */
export type Ran = ExecResult & {readonly argv: readonly string[]}

/** Runs the first of several commands whose program is there: images differ in what they hold. */
export async function runFirst(
  lab: LabHandle,
  place: string,
  commands: readonly (readonly string[])[],
  limits: Limits,
): Promise<Ran> {
  let ran: Ran | undefined
  for (const argv of commands) {
    ran = {argv, ...(await lab.exec(place, argv, limits))}
    if (!isMissing(ran)) return ran
  }
  const programs = commands.map(([program]) => program).join(' or ')
  return {argv: [], ...ran, code: 127, stdout: '', stderr: `${place} has no ${programs}`}
}

/** The codes of a shell, and of every container runtime, for a program that is not there or cannot be run. */
function isMissing({code}: ExecResult): boolean {
  return code === 126 || code === 127
}

/** The first lines of a text, for a report. */
export function glimpse(text: string, lines = 5): string {
  const all = text.trim().split('\n')
  return all.length <= lines
    ? all.join('\n')
    : [...all.slice(0, lines), `... (${all.length - lines} more lines)`].join('\n')
}
