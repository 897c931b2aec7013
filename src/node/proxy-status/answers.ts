import type {ServicePort} from '../proxy/service-port.ts'
import type {SyncRecord} from './sync-record.ts'

/** What is answered to a request; `text/plain` when no type is said. */
export type Answer = {readonly status: number; readonly type?: string; readonly body: string; readonly weight?: number}

export const notFound: Answer = {status: 404, body: '404 page not found\n'}

/** What waits longer than that to be written, in ms, makes kube-proxy unhealthy: twice the period in which it syncs by itself. */
const patience = 60_000

export function isHealthy({queuedAt}: SyncRecord, now: number): boolean {
  return queuedAt === undefined || now - queuedAt <= patience
}

/** `/healthz`: whether a balancer should send packets here. `eligible` is false for a node that goes away. */
export function healthAnswer(record: SyncRecord, {now, eligible}: {now: number; eligible: boolean}): Answer {
  return jsonAnswer(isHealthy(record, now) && eligible, record, {now, rest: `, "nodeEligible": ${eligible}`})
}

/** `/livez`: whether kube-proxy itself is well. */
export function livenessAnswer(record: SyncRecord, now: number): Answer {
  return jsonAnswer(isHealthy(record, now), record, {now, rest: ''})
}

function jsonAnswer(
  isWell: boolean,
  {syncedAt = 0}: SyncRecord,
  {now, rest}: {readonly now: number; readonly rest: string},
): Answer {
  const updated = isWell ? now : syncedAt
  const body = `{"lastUpdated": "${goTime(updated)}","currentTime": "${goTime(now)}"${rest}}`
  return {status: isWell ? 200 : 503, type: 'application/json', body}
}

/** A time as Go prints it: `2025-01-01 00:00:00.25 +0000 UTC`. */
export function goTime(milliseconds: number): string {
  const [date, time = ''] = new Date(milliseconds).toISOString().slice(0, -1).split('T')
  return `${date} ${time.replace(/\.?0+$/, '')} +0000 UTC`
}

/** A Service whose balancer asks each node for local endpoints, and how many pods of this node are ready for it. */
export type CheckedService = {
  readonly port: number
  readonly namespace: string
  readonly name: string
  readonly endpoints: number
}

export function checkedServices(ports: readonly ServicePort[], nodeName: string): readonly CheckedService[] {
  const checked = Map.groupBy(
    ports.filter(({healthCheckNodePort}) => healthCheckNodePort !== undefined),
    ({healthCheckNodePort}) => healthCheckNodePort ?? 0,
  )
  return [...checked].map(([port, all]) => {
    const [namespace = '', name = ''] = (all[0]?.name ?? '').split(/[/:]/)
    const local = all.flatMap(({endpoints}) => endpoints.filter(one => one.ready && one.nodeName === nodeName))
    return {port, namespace, name, endpoints: new Set(local.map(({ip}) => ip)).size}
  })
}

/** What a Service's health check port answers, whatever the path. */
export function serviceAnswer({namespace, name, endpoints}: CheckedService, isWell: boolean): Answer {
  const body = [
    '{',
    '\t"service": {',
    `\t\t"namespace": ${JSON.stringify(namespace)},`,
    `\t\t"name": ${JSON.stringify(name)}`,
    '\t},',
    `\t"localEndpoints": ${endpoints},`,
    `\t"serviceProxyHealthy": ${isWell}`,
    '}',
  ].join('\n')
  return {status: endpoints > 0 && isWell ? 200 : 503, type: 'application/json', body, weight: endpoints}
}

/** How many Services want an endpoint of this node, and have some elsewhere only. */
export function lonelyServices(
  ports: readonly ServicePort[],
  nodeName: string,
): Readonly<Record<'internal' | 'external', number>> {
  const lonely = ports.filter(({endpoints}) => {
    const ready = endpoints.filter(one => one.ready || one.lingering)
    return ready.length > 0 && ready.every(one => one.nodeName !== nodeName)
  })
  const services = (policy: 'internalTrafficPolicy' | 'externalTrafficPolicy') =>
    new Set(lonely.filter(port => port[policy] === 'Local').map(({name}) => name.split(':')[0])).size
  return {internal: services('internalTrafficPolicy'), external: services('externalTrafficPolicy')}
}
