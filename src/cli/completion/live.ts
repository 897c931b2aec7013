import {readFileSync} from 'node:fs'
import {ask} from '../../cluster/control.ts'
import {findSessions} from '../../cluster/sessions.ts'
import {placeName} from '../../lab/targets.ts'
import type {KubeObject} from '../../objects/kube-object.ts'
import type {Pod} from '../../objects/pod.ts'
import type {Candidate, LiveWords} from './candidates.ts'

/** How long a daemon may take while somebody waits for a word, in ms. */
const patience = 700

/** Asks the labs that are up. Whoever presses TAB wants no complaints: what cannot be found out is nothing. */
export function liveWords(): LiveWords {
  return {
    labs: quietly(async () => {
      const found = await alive()
      return found.map(({session, state}) => ({value: session.name, ...(state && {about: state.source})}))
    }),
    targets: quietly(targets),
    objects: quietly(async (kind: string, lab: string | undefined) => {
      const {kindNamed} = await import('../../objects/kinds.ts')
      return (await list(kindNamed(kind), lab)).map(({metadata}) => ({value: metadata.name}))
    }),
    interfaces: quietly(interfaces),
    settings: quietly(async () => {
      const {settings} = await import('../../cluster/settings.ts')
      return Object.entries(settings).map(([name, {choices}]) => ({name, choices}))
    }),
    kinds: quietly(async () => {
      const {kinds} = await import('../../objects/kinds.ts')
      return Object.values(kinds).map(({plural, shortNames}) => ({value: plural, about: shortNames.join(', ')}))
    }),
  }
}

function quietly<P extends readonly unknown[], T>(find: (...parameters: P) => Promise<readonly T[]>) {
  return (...parameters: P): Promise<readonly T[]> => find(...parameters).catch(() => [])
}

async function alive() {
  return (await findSessions()).filter(({daemon}) => daemon === 'answers')
}

/* The lab that is meant; with several up and none named, none is. */
async function chosen(lab: string | undefined) {
  const labs = await alive()
  const found = lab === undefined ? labs : labs.filter(({session}) => session.name === lab)
  const [one] = found
  if (!one || found.length > 1) throw new Error('no lab is meant')
  return one
}

async function list(kind: string, lab: string | undefined): Promise<readonly KubeObject[]> {
  const {session} = await chosen(lab)
  return ask(session.socket, 'list', {kind}, AbortSignal.timeout(patience))
}

async function targets(lab: string | undefined): Promise<readonly Candidate[]> {
  const {session} = await chosen(lab)
  const within = AbortSignal.timeout(patience)
  const [{nodes, clients}, pods] = await Promise.all([
    ask(session.socket, 'lab', {}, within),
    ask(session.socket, 'list', {kind: 'Pod'}, within) as Promise<readonly Pod[]>,
  ])
  return [
    ...pods.flatMap(podWords),
    ...nodes.map(({name, address}) => ({value: `node/${name}`, about: address})),
    ...clients.map(({name, address}) => ({value: `client/${name}`, about: address})),
  ]
}

/* A pod, and its containers where there are several. */
function podWords({metadata, spec, status}: Pod): readonly Candidate[] {
  const place = placeName('pod', metadata)
  const about = status?.podIP ?? status?.phase ?? 'Pending'
  const containers = spec.containers.length > 1 ? spec.containers : []
  return [{value: place, about}, ...containers.map(one => ({value: `${place}/${one.name}`, about: one.image}))]
}

/* The kernel tells the interfaces of a process's network namespace. */
async function interfaces(target: string, lab: string | undefined): Promise<readonly Candidate[]> {
  const [{findNetworkOwner}, {session, state}] = await Promise.all([
    import('../../cluster/find-network.ts'),
    chosen(lab),
  ])
  if (!state) return []
  const owner = await findNetworkOwner({session, state}, target)
  const lines = readFileSync(`/proc/${owner}/net/dev`, 'utf8').split('\n').slice(2)
  return lines.flatMap(line => (line.includes(':') ? [{value: line.slice(0, line.indexOf(':')).trim()}] : []))
}
