import {serviceNameLabel} from '../../objects/endpoint-slice.ts'
import type {ClusterNames} from '../kubernetes/cluster-names.ts'
import type {DnsChange} from '../view.ts'
import {families} from './families.ts'
import type {Metrics} from './metrics.ts'

type Observing = {readonly metrics: Metrics; readonly names: () => ClusterNames; readonly now: () => number}

/** Takes down how long it took from a change of a headless Service's pods until their names followed. */
export function observeProgramming({type, object}: DnsChange, {metrics, names, now}: Observing): void {
  if (type === 'DELETED' || object.kind !== 'EndpointSlice') return
  const {namespace = '', labels, annotations} = object.metadata
  const trigger = Date.parse(annotations?.[triggerTime] ?? '')
  if (Number.isNaN(trigger)) return
  const service = names().service(namespace, labels?.[serviceNameLabel] ?? '')
  if (!service?.headless) return
  metrics
    .histogram(families.programmingDuration, {service_kind: 'headless_with_selector'})
    .observe(Math.max(0, now() - trigger) / 1000)
}

const triggerTime = 'endpoints.kubernetes.io/last-change-trigger-time'
