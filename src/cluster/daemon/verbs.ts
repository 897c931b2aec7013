import type {Lab} from '../../lab/lab.ts'
import {iptablesPlans} from '../../node/packet-plans.ts'
import {complaintsOf} from '../../node/pods/complaints.ts'
import {isNodeReady} from '../../node/sign-of-life.ts'
import {type KubeObjectAny, kindNamed, kinds} from '../../objects/kinds.ts'
import type {Pod} from '../../objects/pod.ts'
import {isFinished, isReady, isTerminating, podWord} from '../../objects/pod-status.ts'
import {parseSelector} from '../../objects/selector.ts'
import type {Store} from '../../store/store.ts'
import {type Setting, settingNamed, settings} from '../settings.ts'
import type {Cluster} from './cluster.ts'
import type {ControlVerbs} from './control-server.ts'
import {everyAgent, findAgent, findInside} from './inside.ts'
import {readLogPiece, readLogs} from './logs.ts'

/** What each verb of the control socket does. Questions that come before the cluster stands wait for it. */
export function controlVerbs(
  starting: Promise<Cluster>,
  {lab, notes, end}: {lab: Lab; notes: () => readonly string[]; end: () => void},
): ControlVerbs {
  return {
    alive: async () => null,
    lab: async () => lab,
    list: async ({kind, namespace, selector}) => {
      const {store} = await starting
      return store.list(kindNamed(kind), {
        namespace,
        selector: selector === undefined ? undefined : parseSelector(selector),
      })
    },
    get: async ({kind, namespace = 'default', name}) => {
      const {store} = await starting
      const known = kindNamed(kind)
      return store.get(known, kinds[known].namespaced ? {namespace, name} : {name}) ?? null
    },
    apply: async ({objects}) => {
      const {registry, chronicle} = await starting
      return chronicle.by({is: 'podlab', doing: 'applied it'}, () =>
        registry.apply(objects as readonly KubeObjectAny[]),
      )
    },
    delete: async what => {
      const {registry, chronicle} = await starting
      return chronicle.by({is: 'podlab', doing: 'deleted it'}, () => registry.delete(what))
    },
    scale: async ({ref, replicas}) => {
      const {registry, chronicle} = await starting
      chronicle.by({is: 'podlab', doing: 'scaled it'}, () => registry.scale(ref, replicas))
      return null
    },
    changed: async ({since}, signal) => (await starting).store.changed(since, signal),
    inside: async ({target}, signal) => {
      const cluster = await starting
      await untilNodesKnow(cluster, AbortSignal.any([signal, AbortSignal.timeout(nodesKnowWithin)]))
      return findInside({...cluster, agents: await everyAgent(cluster)}, target)
    },
    logs: async ({target}) => {
      const {readLog, ...cluster} = await starting
      return readLogs({agents: await everyAgent(cluster), readLog}, target)
    },
    logPiece: async request => {
      const {readLog, ...cluster} = await starting
      return readLogPiece({agents: await everyAgent(cluster), readLog}, request)
    },
    rules: async ({node}) => {
      const plans = iptablesPlans(findAgent(await everyAgent(await starting), node).rules())
      return plans.filter(({family}) => family === undefined) // they are held against what iptables-save prints
    },
    settled: async ({withinMs}, signal) => {
      const cluster = await starting
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(withinMs)])
      const waitingFor = await waitUntilSettled(cluster, deadline)
      return {waitingFor, notes: [...notes(), ...new Set((await everyAgent(cluster)).flatMap(agent => agent.notes()))]}
    },
    settings: async () => {
      const {store} = await starting
      return Object.entries<Setting>(settings).map(([name, {summary, choices, read}]) => {
        return {name, summary, choices, value: read(store)}
      })
    },
    set: async ({name, value}) => {
      const {store, chronicle} = await starting
      chronicle.by({is: 'podlab', doing: 'changed a setting'}, () => settingNamed(name, value).write(store, value))
      return null
    },
    story: async of => {
      if ('kind' in of) return (await import('../story/tell.ts')).tellStory(of, await starting)
      return (await import('../story/asked.ts')).tellAsked((await starting).chronicle)
    },
    agent: async ({node, to}) => {
      const {outsiders} = await starting
      await outsiders[to](node)
      return null
    },
    down: async () => {
      setImmediate(end)
      return null
    },
  }
}

/** How long a program that is run waits for the nodes to know what the API knows, in ms; they take a hundredth of it. */
const nodesKnowWithin = 1000

/*
 * Who has seen the new Endpoints in the API expects a request through the Service to arrive. So a program is run when the nodes' rules
 * are there, too; a node that is in trouble is not waited for.
 */
async function untilNodesKnow({store, agents, announcer}: Cluster, deadline: AbortSignal): Promise<void> {
  const able = [...agents.filter(agent => agent.troubles().length === 0), ...(announcer ? [announcer] : [])]
  await Promise.allSettled(able.map(agent => agent.caughtUp(store.revision, deadline)))
}

/* Answers what is still missing at the deadline: nothing, when all is well. */
async function waitUntilSettled(cluster: Cluster, deadline: AbortSignal): Promise<readonly string[]> {
  const {store, agents, controllers} = cluster
  const announcers = cluster.announcer ? [cluster.announcer] : []
  while (!deadline.aborted) {
    const {revision} = store
    try {
      await controllers.idle()
      await Promise.all([...agents, ...announcers].map(one => one.caughtUp(store.revision, deadline)))
      if (store.revision !== revision) continue
      if (unready(cluster).length === 0) return []
      await store.changed(revision, deadline)
    } catch (error) {
      if (!deadline.aborted) throw error
    }
  }
  return unready(cluster)
}

function unready({store, agents, outsiders}: Cluster): readonly string[] {
  const away = [...outsiders.pids.keys()]
    .filter(name => !isJoined(store, name))
    .map(name => `node ${name}: its agent has not joined`)
  const troubles = agents.flatMap(({name, troubles}) => troubles().map(text => `node ${name}: ${text}`))
  const pods = store
    .list('Pod')
    .filter(pod => !isReady(pod) && !isFinished(pod) && !isTerminating(pod))
    .map(
      pod =>
        `pod ${pod.metadata.namespace}/${pod.metadata.name}: ${[podWord(pod), ...complaints(pod, agents)].join('; ')}`,
    )
  return [...troubles, ...away, ...pods]
}

function isJoined(store: Store, name: string): boolean {
  const node = store.get('Node', {name})
  return node !== undefined && isNodeReady(node)
}

function complaints({metadata: {uid}}: Pod, agents: Cluster['agents']): readonly string[] {
  const life = agents.flatMap(agent => agent.lives()).find(({pod}) => pod.metadata.uid === uid)
  return life ? complaintsOf(life) : []
}
