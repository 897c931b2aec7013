import {readdirSync} from 'node:fs'
import {release} from 'node:os'
import {parse, stringify} from 'yaml'
import {kinds} from '../../objects/kinds.ts'
import type {KubeObject} from '../../objects/kube-object.ts'
import {ask, type ControlQuestion, type ControlVerb} from '../control.ts'
import {examine} from '../doctor.ts'
import {networkOwners} from '../network-owners.ts'
import type {Session, SessionState} from '../session.ts'
import {lookAtNetwork} from './network.ts'
import {fileName, type Gap, longestPiece, type Piece} from './piece.ts'
import {processTable} from './processes.ts'
import {readEnd} from './read-end.ts'
import {redactValue} from './redact.ts'

/** What is known of a lab from outside; a lab that is being made, or has died, has no state. */
export type Known = {readonly session: Session; readonly state: SessionState | undefined}

/** Takes what a dump is made of, as it is found. */
export type Basket = {add(piece: Piece): void; miss(gap: Gap): void}

/** The machine: versions, and what it can do. */
export async function collectMachine(basket: Basket, {version}: {version: string}): Promise<void> {
  const lines = [
    `podlab ${version}`,
    `node ${process.version}`,
    `Linux ${release()} ${process.arch}`,
    `uid ${process.getuid?.()}`,
  ]
  basket.add({path: 'versions.txt', about: 'podlab, Node and the kernel', text: `${lines.join('\n')}\n`})
  await attempt(basket, 'doctor.json', async () => {
    const {machine, findings} = await examine()
    const plain = findings.map(({probe: {name, need}, able, said}) => ({name, need, able, said}))
    const {distribution, place, rootless} = machine
    return {
      about: 'what this machine can do',
      text: asJson({machine: {distribution, place, rootless}, findings: plain}),
    }
  })
}

/** The session's folder, and the processes; nobody has to answer for it. */
export async function collectSession(basket: Basket, {session, state}: Known): Promise<void> {
  const file = (path: string, about: string, from: string) =>
    attempt(basket, path, async () => ({about, text: readEnd(from, longestPiece)}))
  await file('daemon.log', "the daemon's log; the newest is at the end", session.log)
  await file('state.json', 'what the session knows of its daemon', session.stateFile)
  if (!state) return basket.miss({path: 'processes.txt', why: 'the session has no daemon'})
  await attempt(basket, 'lab.yaml', async () => ({
    about: 'the lab file as it is now, without comments and secrets',
    text: stringify(redactValue(parse(readEnd(state.source, longestPiece)))),
  }))
  await file('daemon-status.txt', "the daemon's state, as the kernel has it", `/proc/${state.pid}/status`)
  basket.add({path: 'processes.txt', about: "the lab's processes", text: processTable(state.pid)})
}

/** What the daemon tells: the lab as it was read, the objects, the settings. Answers the pods' names by uid. */
export async function collectObjects(basket: Basket, {session}: Known): Promise<ReadonlyMap<string, string>> {
  const question = <V extends ControlVerb>(verb: V, words: ControlQuestion<V>) =>
    ask(session.socket, verb, words, AbortSignal.timeout(answerWithin))
  const names = new Map<string, string>()
  const list = (kind: string) =>
    attempt(basket, `objects/${kind}.yaml`, async () => {
      const items = (await question('list', {kind})) as readonly KubeObject[]
      if (kind === 'Pod')
        for (const {metadata} of items) names.set(metadata.uid ?? '', `${metadata.namespace}-${metadata.name}`)
      return {
        about: `${items.length} objects of kind ${kind}`,
        text: stringify(redactValue({items}), {aliasDuplicateObjects: false}),
      }
    })
  await Promise.all([
    attempt(basket, 'lab.json', async () => ({
      about: 'the lab as it was read',
      text: asJson(redactValue(await question('lab', {}))),
    })),
    attempt(basket, 'settings.json', async () => ({
      about: 'what can be set, with its present value',
      text: asJson(await question('settings', {})),
    })),
    ...Object.keys(kinds).map(list),
  ])
  return names
}

/* How long the daemon may take for an answer, in ms. One that hangs costs this once: the questions go at the same time. */
const answerWithin = 4000

/** Every network namespace, nodes first, as many as there is time for; and what containers printed. */
export async function collectNetworks(
  basket: Basket,
  {state, names, signal}: {state: SessionState; names: ReadonlyMap<string, string>; signal: AbortSignal},
): Promise<void> {
  const owners = [...networkOwners(state.pid)].map(([netns, owner]) => placeOf({netns, owner, names}))
  if (owners.length === 0) basket.miss({path: 'nodes/', why: 'the lab has no namespaces'})
  const queue = owners.toSorted((a, b) => a.place.localeCompare(b.place)).values()
  const work = async () => {
    for (const {folder, owner, place, uid} of queue) {
      if (signal.aborted) basket.miss({path: `${folder}/`, why: 'there was no time left'})
      else await collectNetwork(basket, {folder, owner, place, rootless: state.rootless, signal})
      if (uid !== undefined) collectLogs(basket, {folder, logs: `/proc/${state.pid}/root/run/podlab-lab/logs/${uid}`})
    }
  }
  await Promise.all(Array.from({length: 4}, work))
}

type Found = {readonly folder: string; readonly owner: number; readonly place: 'node' | 'pod'; readonly uid?: string}

function placeOf({netns, owner, names}: {netns: string; owner: number; names: ReadonlyMap<string, string>}): Found {
  if (!netns.startsWith('pod-')) return {folder: `nodes/${fileName(netns)}`, owner, place: 'node'}
  const uid = netns.slice('pod-'.length)
  return {folder: `pods/${fileName(names.get(uid) ?? netns)}`, owner, place: 'pod', uid}
}

async function collectNetwork(
  basket: Basket,
  {
    folder,
    signal,
    ...where
  }: {folder: string; owner: number; place: 'node' | 'pod'; rootless: boolean; signal: AbortSignal},
): Promise<void> {
  const seen = await lookAtNetwork(where, AbortSignal.any([signal, AbortSignal.timeout(networkWithin)]))
  for (const {name, about, text} of seen) basket.add({path: `${folder}/${name}.txt`, about, text})
  if (seen.length === 0) basket.miss({path: `${folder}/`, why: 'its namespaces could not be entered in time'})
}

/* How long one namespace may take, in ms; it takes about 50. */
const networkWithin = 20_000

/* A folder for each container, in it a file for each of its last two lives. */
function collectLogs(basket: Basket, {folder, logs}: {folder: string; logs: string}): void {
  const lives = namesIn(logs).flatMap(container => namesIn(`${logs}/${container}`).map(life => ({container, life})))
  for (const {container, life} of lives) {
    const path = `${folder}/logs/${fileName(container)}/${fileName(life)}`
    try {
      const text = readEnd(`${logs}/${container}/${life}`, 256 * 1024)
      basket.add({path, about: 'what the container printed last', text})
    } catch (error) {
      basket.miss({path, why: reasonOf(error)})
    }
  }
}

async function attempt(
  basket: Basket,
  path: string,
  find: () => Promise<{readonly about: string; readonly text: string}>,
): Promise<void> {
  try {
    basket.add({path, ...(await find())})
  } catch (error) {
    basket.miss({path, why: reasonOf(error)})
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return [] // none of its containers has printed anything
  }
}

function reasonOf(error: unknown): string {
  const {name, message} = error as Error
  return name === 'AbortError' || name === 'TimeoutError' ? 'no answer in time' : message
}

function asJson(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`
}
