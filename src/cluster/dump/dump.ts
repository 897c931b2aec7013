import {type Basket, collectMachine, collectNetworks, collectObjects, collectSession, type Known} from './collect.ts'
import {cut, type Gap, longestDump, type Piece} from './piece.ts'
import {type Owner, redact} from './redact.ts'

/** Everything for a report of a fault: files with their paths, an index of them first. */
export type Dump = {
  readonly files: readonly {readonly path: string; readonly text: string}[]
  readonly gaps: readonly Gap[]
}

export type DumpOrder = {
  /** Undefined when no lab is up: then the machine alone is described. */
  readonly lab: Known | undefined
  readonly version: string
  /** When it is, as text. */
  readonly now: string
  readonly owner: Owner
  /** How long it may take, in ms. */
  readonly withinMs: number
}

/** Collects what can be had, in this order: what nobody has to answer for, what the daemon tells, what the namespaces hold. */
export async function collectDump({lab, version, now, owner, withinMs}: DumpOrder, signal: AbortSignal): Promise<Dump> {
  const {basket, pieces, gaps} = newBasket(owner)
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(withinMs)])
  const machine = collectMachine(basket, {version})
  if (lab) {
    await collectSession(basket, lab)
    const names = await collectObjects(basket, lab)
    if (lab.state) await collectNetworks(basket, {state: lab.state, names, signal: deadline})
  }
  await machine
  signal.throwIfAborted()
  const sorted = pieces.toSorted((a, b) => (a.path < b.path ? -1 : 1))
  const about = {lab: lab?.session.name, version, now}
  return {files: [{path: 'README.txt', text: printIndex({...about, pieces: sorted, gaps})}, ...sorted], gaps}
}

function newBasket(owner: Owner): {basket: Basket; pieces: Piece[]; gaps: Gap[]} {
  const pieces: Piece[] = []
  const gaps: Gap[] = []
  let room = longestDump
  const miss = ({path, why}: Gap) => void gaps.push({path, why: redact(why, owner)})
  const add = ({path, about, text}: Piece) => {
    if (text === '') return
    const clean = cut(redact(text, owner))
    if (clean.length > room) return miss({path, why: 'the dump is large enough without it'})
    room -= clean.length
    pieces.push({path, about, text: clean})
  }
  return {basket: {add, miss}, pieces, gaps}
}

/** The first page: what is where, what is missing, and what was left out on purpose. */
export function printIndex({
  lab,
  version,
  now,
  pieces,
  gaps,
}: {
  lab: string | undefined
  version: string
  now: string
  pieces: readonly Piece[]
  gaps: readonly Gap[]
}): string {
  const width = Math.max(0, ...pieces.map(({path}) => path.length))
  return [
    `podlab ${version}: ${lab === undefined ? 'no lab was up' : `the lab ${lab}`}, ${now}`,
    '',
    ...pieces.map(({path, about}) => `${path.padEnd(width)}  ${about}`),
    ...(gaps.length > 0 ? ['', 'Could not be had:', ...gaps.map(({path, why}) => `${path}  ${why}`)] : []),
    '',
    'Left out on purpose: the values of Secrets and of environment variables that are called like one, private keys, tokens',
    "and passwords, the names of the machine and of its user, and the host's own network. Do read it before you send it.",
    '',
  ].join('\n')
}
