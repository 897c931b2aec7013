import {restoreServers, restoreSets} from './apply-servers.ts'
import {type Batch, batchLines, type PrintedOp} from './batch.ts'
import {opFailed} from './failure.ts'
import {virtualServerIn} from './ipvs/table.ts'
import type {Run} from './kernel.ts'
import {sysctlPath} from './observe/sysctls.ts'
import {type Op, settingsOf} from './op.ts'
import {print} from './print.ts'

/** An op that its tool refused, by its place in the batch. `line` is the part of its text that the tool named, if it did. */
type Failure = {readonly index: number; readonly said: string; readonly line?: string}

/** A namespace and how to run programs in it. `holds` answers whether a link is there as an `addLink` would make it. */
export type Place = {
  readonly run: Run
  readonly netns: string
  holds(op: AddLink): Promise<boolean>
}

type AddLink = Op & {readonly op: 'addLink'}

/**
 * Applies a batch in one process. The tools stop at the first line that fails. When the failure only says that the work is done
 * already (an entry that is gone, a link that is there and only gets its settings), the rest follows in another process; any other
 * is a KernelError.
 */
export async function applyBatch(place: Place, {tool, ops}: Batch): Promise<void> {
  let rest = ops
  let grouped = true
  while (rest.length > 0) {
    const failure = await attempt[tool](place, rest, grouped)
    if (failure === undefined) return
    const failed = rest[failure.index] as PrintedOp
    if (!(await isDone(place, failed.op, failure.said)))
      throw opFailed({netns: place.netns, line: {tool, line: failure.line ?? failed.line.line}, said: failure.said})
    const after = rest.slice(grouped ? startOfDeletions(rest, failure.index) : failure.index + 1)
    rest = failed.op.op === 'addLink' ? [settingsOp(failed.op), ...after] : after
    grouped = false
  }
}

type Attempt = (place: Place, ops: readonly PrintedOp[], grouped: boolean) => Promise<Failure | undefined>

const attempt: Readonly<Record<Batch['tool'], Attempt>> = {
  ip: attemptLines('ip'),
  bridge: attemptLines('bridge'),
  sysctl: attemptSysctls,
  'iptables-restore': attemptRules('iptables-restore'),
  'ip6tables-restore': attemptRules('ip6tables-restore'),
  nft: attemptTable,
  ipset: attemptRestored(restoreSets),
  ipvsadm: attemptRestored(restoreServers),
  conntrack: attemptDeletions,
}

/** Sets, and servers of ip_vs: all changes are one input. */
function attemptRestored(restore: typeof restoreSets): Attempt {
  return async (place, ops) => {
    const lines = ops.flatMap(({line}, index) => linesOf(line.line).map(text => ({text, index})))
    const refused = await restore(
      place,
      lines.map(({text}) => text),
    )
    if (refused === undefined) return undefined
    const index = lines.find(({text}) => text === refused.line)?.index ?? 0
    return {index, said: `${refused.said}${whose(ops[index]?.op, refused.line)}`, line: refused.line}
  }
}

/* The Service that a line of ip_vs is for. */
function whose(op: Op | undefined, line: string): string {
  if (op?.op !== 'changeServers') return ''
  const service = op.change.set[virtualServerIn(line) ?? '']?.service
  return service === undefined ? '' : ` (Service ${service})`
}

function linesOf(text: string): readonly string[] {
  return text.trimEnd().split('\n')
}

function attemptLines(tool: 'ip' | 'bridge'): Attempt {
  return async ({run, netns}, ops, grouped) => {
    const lines = grouped ? batchLines(ops) : ops.map(({line}, index) => ({text: line.line, index}))
    const input = lines.map(({text}) => `${text}\n`).join('')
    const {code, stderr} = await run({netns, argv: [tool, '-batch', '-'], input})
    if (code === 0) return undefined
    const number = /^Command failed -:(\d+)$/m.exec(stderr)?.[1]
    const index = number === undefined ? undefined : lines[Number(number) - 1]?.index
    if (index !== undefined) return {index, said: saidIn(stderr)}
    return ops.length === 1 ? {index: 0, said: saidIn(stderr)} : oneByOne(attemptLines(tool), {run, netns}, ops)
  }
}

/** Some failures (a word that ip cannot read, a neighbour) end a batch without naming the line: then each line goes alone. */
async function oneByOne(
  attempt: Attempt,
  place: Pick<Place, 'run' | 'netns'>,
  ops: readonly PrintedOp[],
): Promise<Failure | undefined> {
  for (const [index, op] of ops.entries()) {
    const failure = await attempt({...place, holds: async () => false}, [op], false)
    if (failure !== undefined) return {...failure, index}
  }
  return undefined
}

/** `sysctl` tries all, and does not always say by its exit code that one failed. */
async function attemptSysctls({run, netns}: Place, ops: readonly PrintedOp[]): Promise<Failure | undefined> {
  const {code, stderr} = await run({netns, argv: ['sysctl', '-q', '-w', '--', ...ops.map(({line}) => line.line)]})
  const complaints = stderr.split('\n').filter(line => line.startsWith('sysctl: '))
  if (code === 0 && complaints.length === 0) return undefined
  const about = (name: string) => (line: string) =>
    line.includes(`/proc/sys/${sysctlPath(name)}:`) || sysctlPath(/"(.+)"/.exec(line)?.[1] ?? '') === sysctlPath(name)
  const index = ops.findIndex(({op}) => op.op === 'setSysctl' && complaints.some(about(op.name)))
  return {index: Math.max(index, 0), said: complaints.join('; ') || saidIn(stderr)}
}

/** Several changes are one input, each with its own COMMIT; `--noflush` keeps what they do not name. */
function attemptRules(tool: 'iptables-restore' | 'ip6tables-restore'): Attempt {
  return async ({run, netns}, ops) => {
    const {code, stderr} = await run({netns, argv: [tool, '--noflush', '--wait', '10'], input: inputOf(ops)})
    if (code === 0) return undefined
    const failed = lineAt(ops, Number(/line:? (\d+)/.exec(stderr)?.[1] ?? 1))
    return {index: failed?.index ?? 0, said: refusalIn(stderr), ...(failed && {line: failed.text})}
  }
}

function inputOf(ops: readonly PrintedOp[]): string {
  return ops.map(({line}) => `${line.line.trimEnd()}\n`).join('')
}

/** A line of the input by its number, or the first one, and the op that it is of. Large inputs are taken apart for a failure only. */
function lineAt(
  ops: readonly PrintedOp[],
  number: number,
): {readonly text: string; readonly index: number} | undefined {
  const lines = ops.flatMap(({line}, index) => linesOf(line.line).map(text => ({text, index})))
  return lines[number - 1] ?? lines[0]
}

/** The kernel's or the tool's own words for the first line that they refuse, without what `iptables-restore` says every time. */
function refusalIn(stderr: string): string {
  const words = stderr
    .split('\n')
    .map(line => line.replace(/^ip6?tables-restore v[^:]*: */, '').replace(/^line \d+: /, ''))
  return words.find(line => line !== '' && !/^(Error occurred|Try )/.test(line)) ?? stderr.trim()
}

/** All changes are one transaction. nft names the line, and marks in the one after what it did not like. */
async function attemptTable({run, netns}: Place, ops: readonly PrintedOp[]): Promise<Failure | undefined> {
  const {code, stderr} = await run({netns, argv: ['nft', '-f', '-'], input: inputOf(ops)})
  if (code === 0) return undefined
  const [, number = '1', said = stderr.trim()] = /:(\d+):\d+-\d+: Error: (.*)/.exec(stderr) ?? []
  const failed = lineAt(ops, Number(number))
  return {index: failed?.index ?? 0, said, ...(failed && {line: failed.text})}
}

/** One process each; that there was nothing to delete is no failure. */
async function attemptDeletions({run, netns}: Place, ops: readonly PrintedOp[]): Promise<Failure | undefined> {
  for (const [index, {line}] of ops.entries()) {
    const {code, stderr} = await run({netns, argv: ['conntrack', ...line.line.split(' ')]})
    if (code !== 0 && !stderr.includes('0 flow entries have been deleted')) return {index, said: saidIn(stderr)}
  }
  return undefined
}

/** What the tool said last before it named the line. */
function saidIn(stderr: string): string {
  const lines = stderr.split('\n').filter(line => line !== '' && !line.startsWith('Command failed'))
  return (lines.at(-1) ?? 'failed without a word').replace(/^(RTNETLINK answers|Error): /, '')
}

async function isDone(place: Place, op: Op, said: string): Promise<boolean> {
  switch (op.op) {
    case 'addLink':
      return /File exists|already exists|TUNSETIFF.*busy/.test(said) && (await place.holds(op))
    case 'deleteLink':
    case 'deleteAddress':
    case 'deleteRoute':
    case 'deleteNeighbour':
    case 'deleteFdb':
      return /Cannot find device|No such|not found|does not exist|Cannot assign requested address/.test(said)
    case 'setLink':
    case 'addAddress':
    case 'replaceRoute':
    case 'replaceNeighbour':
    case 'replaceFdb':
    case 'setSysctl':
    case 'changeRules':
    case 'changeTable':
    case 'changeSets':
    case 'changeServers':
    case 'forgetConnections':
      return false
  }
}

function settingsOp({link}: AddLink): PrintedOp {
  const op: Op = {op: 'setLink', name: link.name, set: settingsOf(link)}
  return {op, line: print(op)}
}

/** Where to go on after a harmless failure: links that only joined the group of those that go must still be deleted. */
function startOfDeletions(ops: readonly PrintedOp[], failed: number): number {
  if (ops[failed]?.op.op !== 'deleteLink') return failed + 1
  return ops.slice(0, failed).findLastIndex(({op}) => op.op !== 'deleteLink') + 1
}
