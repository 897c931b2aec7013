import {argumentsOf, count, fallthroughZones, numberIn, onlyLine, readOptions, zonesFrom} from '../corefile/options.ts'
import {answer, authority, type ClusterAnswer, type Place} from '../kubernetes/answer.ts'
import {type KubernetesConfig, kubernetesDefaults} from '../kubernetes/config.ts'
import {type Answer, bare, change, type Given, type Handler, type Plugin, type Reply, type Site} from '../plugin.ts'
import type {Query} from '../wire/accept.ts'
import {isReverseZone} from '../wire/address.ts'
import {rcodes} from '../wire/codes.ts'
import {isWithin, longestZone} from '../wire/name.ts'

/** `kubernetes [ZONES...] { pods, ttl, namespaces, endpoint_pod_names, ignore empty_service, fallthrough }`: the names of the cluster. */
export const kubernetes: Plugin = {
  name: 'kubernetes',
  read: given => {
    const {config, fallthrough} = readConfig(given)
    return {
      handler: site => next => clusterHandler({site, next, config, fallthrough}),
      ready: site => site.names.synced,
    }
  },
}

function readConfig(given: Given): {config: KubernetesConfig; fallthrough: readonly string[]} {
  const line = onlyLine(given)
  const {fail} = given
  const zones = zonesFrom(given, line, argumentsOf(line))
  const primaryZone = zones.find(zone => !isReverseZone(zone))
  if (primaryZone === undefined) throw fail(line, 'non-reverse zone name must be used')
  let config = kubernetesDefaults(zones, primaryZone)
  let fallthrough: readonly string[] = []
  const elsewhere = (words: readonly string[], at: typeof line) => {
    const [name] = at.words
    throw fail(
      at,
      `'${name}' is not supported: podlab's DNS sees the lab's own objects${words.length > 0 ? ', and no other API server' : ''}`,
    )
  }
  readOptions(given, line, {
    pods: (words, at) => {
      count(given, at, words, 1)
      const [mode] = words
      if (mode !== 'disabled' && mode !== 'insecure' && mode !== 'verified')
        throw fail(at, `wrong value for pods: ${mode},  must be one of: disabled, verified, insecure`)
      config = {...config, pods: mode}
    },
    ttl: (words, at) => {
      count(given, at, words, 1)
      config = {...config, ttl: numberIn(given, at, {text: words[0] ?? '', least: 0, most: 3600, what: 'ttl'})}
    },
    namespaces: (words, at) => {
      count(given, at, words, 1, Number.POSITIVE_INFINITY)
      config = {...config, namespaces: new Set([...(config.namespaces ?? []), ...words])}
    },
    endpoint_pod_names: (words, at) => {
      count(given, at, words, 0)
      config = {...config, endpointPodNames: true}
    },
    ignore: (words, at) => {
      if (words[0] !== 'empty_service') throw fail(at, `unable to parse ignore value: '${words[0] ?? ''}'`)
      config = {...config, ignoreEmptyService: true}
    },
    fallthrough: (words, at) => {
      fallthrough = fallthroughZones(given, at, words)
    },
    endpoint: elsewhere,
    tls: elsewhere,
    kubeconfig: elsewhere,
    labels: elsewhere,
    namespace_labels: elsewhere,
    noendpoints: elsewhere,
  })
  return {config, fallthrough}
}

type Serving = {
  readonly site: Site
  readonly next: Handler
  readonly config: KubernetesConfig
  readonly fallthrough: readonly string[]
}

function clusterHandler({site, next, config, fallthrough}: Serving): Handler {
  const place: Place = {names: site.names, config, ownAddresses: site.ownAddresses}
  return (query, client) => {
    const {name, type} = query.question
    const lower = name.toLowerCase()
    const zone = longestZone(lower, config.zones)
    if (zone === undefined) return next(query, client)
    const found = answer(place, {name, type, zone})
    if (found.kind === 'no name' && fallthrough.some(one => isWithin(lower, one))) return next(query, client)
    return replyOf(found, {place, query, zone, ask: wanted => site.ask(wanted, client)})
  }
}

type Asking = {
  readonly place: Place
  readonly query: Query
  readonly zone: string
  readonly ask: (query: Query) => Answer
}

/* Nothing but a change of the cluster makes these answers old. */
const lasting = {authoritative: true, by: 'kubernetes', until: Number.POSITIVE_INFINITY}

function replyOf(found: ClusterAnswer, {place, query, zone, ask}: Asking): Answer {
  const {question} = query
  switch (found.kind) {
    case 'refused':
      return bare(rcodes.REFUSED, 'kubernetes')
    case 'no name':
    case 'no data': {
      const asAsked = zone === '.' ? '.' : question.name.slice(-zone.length)
      const synced = place.names.synced || found.kind === 'no data'
      const rcode = found.kind === 'no data' ? rcodes.NOERROR : synced ? rcodes.NXDOMAIN : rcodes.SERVFAIL
      const {until, ...young} = lasting
      return {
        ...(synced ? {...young, until} : young),
        rcode,
        answers: [],
        authorities: [authority(place, asAsked)],
        additionals: [],
      }
    }
    case 'records': {
      const {answers, additionals = [], follow} = found
      const reply: Reply = {...lasting, rcode: rcodes.NOERROR, answers, authorities: [], additionals}
      if (follow === undefined) return reply
      const {until: _, ...changing} = reply
      const wanted = {...query, recursionDesired: true, question: {...question, name: follow}}
      return change(ask(wanted), ({answers: more, truncated = false}) => ({
        ...changing,
        answers: [...answers, ...more],
        ...(truncated && {truncated}),
      }))
    }
  }
}
