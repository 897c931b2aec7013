import type {Logger} from 'pino'
import type {Happening} from '../../objects/recorded-event.ts'
import {asSubject} from '../node-story.ts'
import {iptablesPlans} from '../packet-plans.ts'
import type {PacketPlan} from '../plan.ts'
import {type ServicePort, servicePorts} from '../proxy/service-port.ts'
import type {SyncOutcome} from '../proxy-loop.ts'
import type {Recorder} from '../recorder.ts'
import type {World} from '../world.ts'
import {
  type Answer,
  type CheckedService,
  checkedServices,
  healthAnswer,
  isHealthy,
  livenessAnswer,
  lonelyServices,
  notFound,
  serviceAnswer,
} from './answers.ts'
import {createDoors, type Door, type DoorsContext} from './doors.ts'
import {type Metric, printMetrics} from './exposition.ts'
import {metricsOf} from './metrics.ts'
import {failed, newSyncRecord, queued, synced} from './sync-record.ts'

/**
 * What kube-proxy says of itself on a node, over HTTP: its metrics (with those of NetworkPolicies) and mode at 127.0.0.1:10249, its health at port 10256, and at the health
 * check port of each Service that has one, how many of its pods are here.
 */
export type ProxyStatus = {
  /** Something is to be written. */
  queued(): void
  /** It was, from `began` on, or it could not be. */
  synced(began: number, outcome: SyncOutcome): void
  failed(): void
}

export type ProxyStatusContext = DoorsContext & {
  readonly name: string
  readonly world: World
  readonly rules: () => readonly PacketPlan[]
  readonly mode: () => string
  /** What is told beside kube-proxy's own. */
  readonly policyMetrics: () => Promise<readonly Metric[]>
  readonly recorder: Recorder
  /** Milliseconds since 1970. */
  readonly time: () => number
  readonly log: Logger
}

const metricsPort = 10249
const healthPort = 10256

export function createProxyStatus(context: ProxyStatusContext): ProxyStatus {
  const {name, world, rules, mode, policyMetrics, recorder, time, log} = context
  const doors = createDoors(context)
  let record = newSyncRecord(time())
  const asked = {healthz: new Map<number, number>(), livez: new Map<number, number>()}
  const ports = () => servicePorts([...world.services.values()], [...world.slices.values()])

  const counted = (which: keyof typeof asked, answer: Answer) => {
    asked[which].set(answer.status, (asked[which].get(answer.status) ?? 0) + 1)
    return answer
  }

  const isEligible = () => {
    const node = world.nodes.get(`/${name}`)
    const doomed = node?.spec.taints?.some(({key}) => key === 'ToBeDeletedByClusterAutoscaler') ?? false
    return node !== undefined && node.metadata.deletionTimestamp === undefined && !doomed
  }

  const metrics = async (): Promise<string> => {
    const {services, slices} = world
    const counts = {healthz: Object.fromEntries(asked.healthz), livez: Object.fromEntries(asked.livez)}
    const lonely = lonelyServices(ports(), name)
    const own = metricsOf(record, {services, slices, plans: iptablesPlans(rules()), lonely, asked: counts})
    return printMetrics([...own, ...(await policyMetrics())])
  }

  const ownDoors: readonly Door[] = [
    {
      host: '127.0.0.1',
      port: metricsPort,
      answer: async path => {
        if (path === '/metrics')
          return {status: 200, type: 'text/plain; version=0.0.4; charset=utf-8', body: await metrics()}
        if (path === '/proxyMode') return {status: 200, body: mode()}
        return path === '/healthz' ? {status: 200, body: 'ok'} : notFound
      },
      failed: error => log.warn({err: error}, 'metrics are not served'),
    },
    {
      host: '0.0.0.0',
      port: healthPort,
      answer: path => {
        if (path === '/healthz') return counted('healthz', healthAnswer(record, {now: time(), eligible: isEligible()}))
        return path === '/livez' ? counted('livez', livenessAnswer(record, time())) : notFound
      },
      failed: error => {
        log.warn({err: error}, 'health is not served')
        const message = `failed to start proxier healthz on 0.0.0.0:${healthPort}: ${wordsOf(healthPort, error)}`
        recorder.record(asSubject(name), {...warning, reason: 'FailedToStartProxierHealthcheck', message})
      },
    },
  ]

  const serviceDoor = (service: CheckedService): Door => ({
    host: '0.0.0.0',
    port: service.port,
    answer: () => serviceAnswer(service, isHealthy(record, time())),
    failed: error => {
      const about = `${service.namespace}/${service.name}`
      log.warn({err: error, service: about}, 'health of a Service is not served')
      const found = world.services.get(about)
      const message = `node ${name} failed to start healthcheck "${about}" on port ${service.port}: ${wordsOf(service.port, error)}`
      if (found) recorder.record(found, {...warning, reason: 'FailedToStartServiceHealthcheck', message})
    },
  })

  return {
    queued: () => {
      record = queued(record, time())
    },
    synced: (began, {inFull, changes, partialFailed}) => {
      const {services, slices} = world
      if (partialFailed) record = failed(record, 'partial')
      record = synced(record, {began, ended: time(), services, slices, inFull, changes})
      const checked: readonly ServicePort[] = ports()
      void doors.open([...ownDoors, ...checkedServices(checked, name).map(serviceDoor)])
    },
    failed: () => {
      record = failed(record, 'restore')
    },
  }
}

const warning = {type: 'Warning', component: 'kube-proxy'} as const satisfies Partial<Happening>

/* As Go says it. */
function wordsOf(port: number, {message}: Error): string {
  const why = message.includes('EADDRINUSE') ? 'address already in use' : message
  return `listen tcp :${port}: bind: ${why}`
}
