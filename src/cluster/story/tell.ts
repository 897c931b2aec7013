import {type KubeObjectAny, kindNamed, kinds} from '../../objects/kinds.ts'
import type {ObjectRef} from '../../objects/kube-object.ts'
import type {Store} from '../../store/store.ts'
import type {Author, Chronicle, Deed, Programming} from '../chronicle.ts'
import {withAuthor} from './author.ts'
import {wordsOf} from './change-words.ts'
import {askedLines, storedLines} from './request-words.ts'
import {type Interest, rulesWords} from './rules-words.ts'
import {serversWords} from './servers-words.ts'
import type {Story, StoryLine} from './story.ts'
import {type Cast, castOf, type Protagonist} from './subjects.ts'
import {tableWords} from './table-words.ts'

type Told = {readonly store: Pick<Store, 'get'>; readonly chronicle: Pick<Chronicle, 'deeds' | 'programmings'>}

/** What the chronicle knows of an object and of what follows from it, oldest first. Throws UnknownKindError. */
export async function tellStory(ref: ObjectRef, {store, chronicle}: Told): Promise<Story> {
  const kind = kindNamed(ref.kind)
  const namespace = kinds[kind].namespaced ? (ref.namespace ?? 'default') : undefined
  const hero: Protagonist = {kind, namespace, name: ref.name}
  const present: KubeObjectAny | undefined = store.get(kind, hero)
  const {deeds, programmings} = chronicle
  const cast = castOf(hero, deeds, present)
  const own = deeds.filter(({change}) => cast.includes(change)).map(withAuthor)
  const told = await Promise.all(linesOfAuthors(own))
  const lines = [...told.flat(), ...programmedLines(programmings, interestOf(hero, cast))]
  return {
    of: `${kind} ${namespace === undefined ? '' : `${namespace}/`}${ref.name}`,
    lines: lines.sort((one, other) => one.at - other.at),
    since: deeds[0]?.at ?? 0,
    present: present !== undefined,
  }
}

/* Who set something in motion is told once, before the first thing that was done for them. */
function linesOfAuthors(deeds: readonly Deed[]): readonly Promise<readonly StoryLine[]>[] {
  const seen = new Set<unknown>()
  return deeds.map(async deed => {
    const {by} = deed
    const cause = by.is === 'request' ? by.request : by
    const first = !seen.has(cause)
    seen.add(cause)
    return [...(first ? causeLines(deed) : []), ...(await deedLines(deed))]
  })
}

function causeLines({at, by}: Deed): readonly StoryLine[] {
  switch (by.is) {
    case 'request':
      return askedLines(by.request)
    case 'podlab':
      return [{at, begins: true, who: 'podlab', text: by.doing}]
    case 'controller':
    case 'kubelet':
    case 'unknown':
      return []
  }
}

async function deedLines(deed: Deed): Promise<readonly StoryLine[]> {
  const {at, by, change} = deed
  const {object, revision} = change
  if (object.kind === 'Event') return [eventLine(at, object)]
  if (by.is === 'request' || by.is === 'podlab') return storedLines(deed)
  return [{at, begins: false, who: nameOf(by), text: wordsOf(change), revision}]
}

function eventLine(at: number, {source, reportingComponent, reason, message}: Extract<KubeObjectAny, {kind: 'Event'}>) {
  const who = [source?.component ?? reportingComponent ?? 'somebody', source?.host ?? ''].join(' ').trim()
  return {at, begins: false, who, text: `event ${reason}: ${message}`}
}

function nameOf(by: Author): string {
  switch (by.is) {
    case 'controller':
      return componentNames[by.name] ?? `${by.name}-controller`
    case 'kubelet':
      return `kubelet ${by.node}`
    case 'request':
    case 'podlab':
      return 'API server'
    case 'unknown':
      return 'cluster'
  }
}

/** What the parts of Kubernetes call themselves, where it is not by their kind. */
const componentNames: Readonly<Record<string, string>> = {
  scheduler: 'default-scheduler',
  endpoints: 'endpoint-controller',
  'endpoint-slices': 'endpointslice-controller',
  'endpoint-slice-mirroring': 'endpointslicemirroring-controller',
  'replica-set': 'replicaset-controller',
  'daemon-set': 'daemonset-controller',
  'stateful-set': 'statefulset-controller',
  'replication-controller': 'replication-controller',
  'lost-pods': 'pod-garbage-collector',
  garbage: 'garbage-collector',
  namespaces: 'namespace-controller',
}

/* Of a Service its own rules; of pods those that lead to them. */
function interestOf({kind, namespace, name}: Protagonist, {addresses}: Cast): Interest {
  const isService = kind === 'Service' || kind === 'Endpoints'
  return {services: new Set(isService ? [`${namespace}/${name}`] : []), addresses: isService ? new Set() : addresses}
}

function programmedLines(programmings: readonly Programming[], interest: Interest): readonly StoryLine[] {
  const known = new Map<string, Set<string>>()
  return programmings.flatMap(({at, node, change}) => {
    const chains = known.get(node) ?? new Set()
    known.set(node, chains)
    const words = wordsFor(change, interest, chains)
    return words.length === 0 ? [] : [{at, begins: false, who: `kube-proxy ${node}`, text: words.join('; ')}]
  })
}

function wordsFor(change: Programming['change'], interest: Interest, chains: Set<string>): readonly string[] {
  switch (change.backend) {
    case 'iptables':
      return rulesWords(change, interest, chains)
    case 'nftables':
      return tableWords(change, interest)
    case 'ipvs':
      return serversWords(change, interest)
    case 'ipset':
      return []
  }
}
