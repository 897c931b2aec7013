import {type KubeObjectAny, kinds} from '../../objects/kinds.ts'
import {notFound} from '../../store/store-error.ts'
import {json} from '../answer.ts'
import type {Api, Usage} from '../call.ts'
import {selectionOf} from '../selection.ts'
import type {Virtual, VirtualCall} from './index.ts'

/** What containers and nodes use, for `kubectl top`: measured by whoever runs them, or nothing. */
const apiVersion = 'metrics.k8s.io/v1beta1'
const windowSeconds = 15

export const metrics: readonly Virtual[] = [
  resource('NodeMetrics', 'Node', (node, {usage}) => {
    const used = usage?.node(node.metadata.name)
    return used && {usage: quantities(used)}
  }),
  resource('PodMetrics', 'Pod', (pod, {usage}) => {
    if (pod.kind !== 'Pod') return undefined
    const containers = pod.spec.containers.flatMap(({name}) => {
      const used = usage?.container(pod.metadata.uid ?? '', name)
      return used ? [{name, usage: quantities(used)}] : []
    })
    return containers.length > 0 ? {containers} : undefined
  }),
]

/** What is not measured, because it does not run or runs elsewhere, is not there. */
function resource(
  kind: string,
  of: 'Node' | 'Pod',
  measure: (object: KubeObjectAny, api: Api) => Readonly<Record<string, unknown>> | undefined,
): Virtual {
  const {plural, namespaced} = kinds[of]
  const show = (object: KubeObjectAny, api: Api) => {
    const measured = measure(object, api)
    if (measured === undefined) return undefined
    const {name, namespace, labels} = object.metadata
    const timestamp = `${new Date(api.now()).toISOString().slice(0, 19)}Z`
    const metadata = {name, ...(namespace && {namespace}), creationTimestamp: timestamp, ...(labels && {labels})}
    return {metadata, timestamp, window: `${windowSeconds}s`, ...measured}
  }
  return {
    apiVersion,
    kind,
    plural,
    singular: '',
    namespaced,
    verbs: ['get', 'list'],
    answer: async (call, api) => {
      if (call.name === '') {
        const items = chosen(call, of, api).flatMap(object => show(object, api) ?? [])
        return json({kind: `${kind}List`, apiVersion, metadata: {}, items})
      }
      const object = api.store.get(of, {namespace: call.namespace, name: call.name})
      const shown = object && show(object, api)
      if (shown === undefined) throw notFound(`${plural}.metrics.k8s.io`, call.name)
      return json({kind, apiVersion, ...shown})
    },
  }
}

/** Pods that do not run use nothing, and are left out. */
function chosen(call: VirtualCall, of: 'Node' | 'Pod', {store}: Api): readonly KubeObjectAny[] {
  const selected = selectionOf({...call, kind: of})
  return (store.list(of, {namespace: call.namespace}) as readonly KubeObjectAny[]).filter(
    object => selected(object) && (object.kind !== 'Pod' || object.status?.phase === 'Running'),
  )
}

function quantities({cpuNanocores, memoryBytes}: Usage) {
  return {cpu: `${Math.round(cpuNanocores)}n`, memory: `${Math.ceil(memoryBytes / 1024)}Ki`}
}
