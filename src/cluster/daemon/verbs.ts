import type {Lab} from '../../lab/lab.ts'
import {iptablesPlans} from '../../node/packet-plans.ts'
import {type KubeObjectAny, kindNamed, kinds} from '../../objects/kinds.ts'
import {parseSelector} from '../../objects/selector.ts'
import {type Setting, settingNamed, settings} from '../settings.ts'
import type {Cluster} from './cluster.ts'
import type {ControlVerbs} from './control-server.ts'
import {everyAgent, findAgent, findInside} from './inside.ts'
import {readLogPiece, readLogs} from './logs.ts'
import {notesOnExcused, stuckPods, waitUntilSettled} from './settling.ts'

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
    settled: async ({withinMs, excused = []}, signal) => {
      const cluster = await starting
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(withinMs)])
      const waitingFor = await waitUntilSettled(cluster, excused, deadline)
      const ofAgents = new Set((await everyAgent(cluster)).flatMap(agent => agent.notes()))
      return {waitingFor, notes: [...notes(), ...ofAgents, ...notesOnExcused(cluster, excused)]}
    },
    settings: async () => {
      const {store} = await starting
      return Object.entries<Setting>(settings).map(([name, {summary, choices, read}]) => {
        return {name, summary, choices, value: read(store)}
      })
    },
    set: async ({name, value}) => {
      const {store, chronicle} = await starting
      const stuck = stuckPods(store)
      chronicle.by({is: 'podlab', doing: 'changed a setting'}, () => settingNamed(name, value).write(store, value))
      return {stuck}
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
