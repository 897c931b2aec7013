import type {KubeObject} from '../objects/kube-object.ts'
import {matches, parseSelector} from '../objects/selector.ts'
import type {Step} from './lab.ts'
import type {Origin} from './lab-document.ts'
import type {PlacedObject} from './manifests.ts'

/** A step with its place, and the objects that it applies with theirs. */
export type PlacedStep = {readonly step: Step; readonly origin: Origin; readonly objects: readonly PlacedObject[]}

/** What a lab wants of its cluster after one of its changes; `changed` is what was applied or scaled. */
export type Stage = {readonly live: readonly PlacedObject[]; readonly changed: readonly PlacedObject[]}

/** What the lab wants from its manifests on, through every step that changes it. */
export function stagesOf(manifests: readonly PlacedObject[], steps: readonly PlacedStep[]): readonly Stage[] {
  const stages: Stage[] = [{live: withObjects([], manifests), changed: manifests}]
  for (const step of steps) stages.push(after(stages.at(-1)?.live ?? [], step))
  return stages.filter(({changed}) => changed.length > 0)
}

function after(live: readonly PlacedObject[], {step, origin, objects}: PlacedStep): Stage {
  switch (step.do) {
    case 'apply':
      return {live: withObjects(live, objects), changed: objects}
    case 'delete':
      return {live: live.filter(({object}) => !isDeleted(object, step)), changed: []}
    case 'scale': {
      const place = {...origin, path: [...origin.path, 'scale']}
      const scaled = live
        .filter(({object}) => keyOf(object) === `${step.kind} ${step.namespace}/${step.name}`)
        .map(({object}) => ({...place, object: scaledTo(object, step.replicas)}))
      return {live: withObjects(live, scaled), changed: scaled}
    }
    case 'say':
    case 'exec':
    case 'kubectl':
    case 'set':
    case 'wait':
    case 'check':
      return {live, changed: []}
  }
}

/** An object that is applied takes the place of the one of its name. */
function withObjects(live: readonly PlacedObject[], objects: readonly PlacedObject[]): readonly PlacedObject[] {
  const byKey = new Map<unknown, PlacedObject>()
  for (const placed of [...live, ...objects]) byKey.set(keyOf(placed.object), placed)
  return [...byKey.values()]
}

/* An object that is given its name by the cluster is another each time. */
function keyOf(object: KubeObject): unknown {
  const {name, namespace} = object.metadata
  return name ? `${object.kind} ${namespace}/${name}` : object
}

function isDeleted({kind, metadata}: KubeObject, step: Extract<Step, {do: 'delete'}>): boolean {
  if (kind !== step.kind || metadata.namespace !== step.namespace) return false
  if (step.name !== undefined) return metadata.name === step.name
  return matches(parseSelector(step.selector ?? ''), metadata.labels)
}

function scaledTo(object: KubeObject, replicas: number): KubeObject {
  const {spec} = object as {readonly spec?: object}
  return {...object, spec: {...spec, replicas}} as KubeObject
}
