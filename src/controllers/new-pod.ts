import {kinds} from '../objects/kinds.ts'
import type {ObjectMeta} from '../objects/kube-object.ts'
import {generatedName} from '../objects/names.ts'
import type {Pod, PodSpec, PodTemplate} from '../objects/pod.ts'
import type {Workload} from '../objects/workload.ts'
import type {View} from '../store/view.ts'
import type {Context} from './controller.ts'
import {ownership} from './ownership.ts'

/** A pod as a workload's template says it, which names its owner. */
export function podFrom(
  workload: Workload,
  name: Partial<ObjectMeta> & {readonly name: string},
  template: PodTemplate,
): Pod {
  const {labels, annotations} = {...template.metadata, ...name}
  const spec: PodSpec = template.spec
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...name,
      namespace: workload.metadata.namespace ?? '',
      ...(labels && {labels}),
      ...(annotations && {annotations}),
      ownerReferences: [ownership(workload)],
    },
    spec,
  }
  return kinds.Pod.initial(kinds.Pod.defaults(pod))
}

/** So many names that no pod of the namespace has, each after the workload's own. */
export function freeNames(
  {metadata: {name: base, namespace = ''}}: Workload,
  count: number,
  view: View,
  {random}: Context,
): readonly string[] {
  const names = new Set<string>()
  while (names.size < count) {
    const name = generatedName(`${base}-`, random)
    if (view.get('Pod', {namespace, name}) === undefined) names.add(name)
  }
  return [...names]
}
