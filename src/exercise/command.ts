import type {ExecOptions, ExecResult, LabHandle} from '../cluster/lab-handle.ts'
import {joinWords} from '../lab/words.ts'
import type {Time} from './time.ts'

type Named = Pick<LabHandle, 'program' | 'option'>

/** A command as a learner types it: `./podlab exec pod/client -- curl -s http://10.98.237.175`. */
export function typed({program, option}: Named, place: string, argv: readonly string[]): string {
  return `${[program, 'exec', ...option, place, '--'].join(' ')} ${joinWords(argv)}`
}

/** A command of kubectl, as a learner types it whose shell knows of no lab: `./podlab kubectl -- get pods`. */
export function typedKubectl({program, option}: Named, words: readonly string[]): string {
  return [program, 'kubectl', ...option.slice(1), '--', joinWords(words)].join(' ')
}

/** Any other command of podlab, as a learner types it: `./podlab get pods --selector app=kubia`. */
export function typedCommand({program, option}: Named, command: string, words: readonly string[]): string {
  return [program, command, joinWords([...option, ...words])].join(' ')
}

/** The option of `get` for what is not in the default namespace. */
export function inNamespace(namespace: string): readonly string[] {
  return namespace === 'default' ? [] : ['-n', namespace]
}

/** What bounds one look: how long one program may run, what stops it before, and the clock. */
export type Limits = {readonly timeoutMs: number; readonly signal: AbortSignal; readonly time: Time}

/** How long a call may take within these bounds, in ms: at most two seconds, and the caller's program has to start and to tell, too. */
export function callTimeout({timeoutMs}: Limits): number {
  return Math.min(timeoutMs / 2, 2000)
}

/** What ran, and how it ended. */
export type Ran = ExecResult & {readonly argv: readonly string[]}

/** Runs the first of several commands whose program is there: images differ in what they hold. */
export async function runFirst(
  lab: LabHandle,
  place: string,
  commands: readonly (readonly string[])[],
  limits: ExecOptions,
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
export function isMissing({code}: Pick<ExecResult, 'code'>): boolean {
  return code === 126 || code === 127
}

/** The first lines of a text, for a report. */
export function glimpse(text: string, lines = 5): string {
  const all = text.trim().split('\n')
  return all.length <= lines
    ? all.join('\n')
    : [...all.slice(0, lines), `... (${all.length - lines} more lines)`].join('\n')
}
