import {kindOf} from '../objects/kinds.ts'
import type {KubeObject} from '../objects/kube-object.ts'
import {matches, parseSelector, printSelector, selectorOfLabels} from '../objects/selector.ts'
import type {Mistake} from './lab-error.ts'
import type {PlacedStep} from './live-objects.ts'
import type {PlacedObject} from './manifests.ts'
import {parseTarget} from './targets.ts'
import {type WantedPods, wantedPods} from './wanted-pods.ts'
import {mistakeAt, type YamlDocument} from './yaml-file.ts'

/** A target of the lab with its place. */
export type PlacedTarget = {
  readonly target: string
  readonly document: YamlDocument
  readonly path: readonly PropertyKey[]
}

/**
 * What is allowed, and hardly meant: what a kind says of its objects; Services, steps and targets that no pod of the lab's manifests answers to. A pod may still come from
 * elsewhere, by kubectl for example, so these are no mistakes.
 */
export function selectorWarnings({
  objects,
  steps,
  targets,
  own = [],
}: {
  readonly objects: readonly PlacedObject[]
  readonly steps: readonly PlacedStep[]
  readonly targets: readonly PlacedTarget[]
  /** Pods that the cluster has by itself. */
  readonly own?: readonly WantedPods[]
}): readonly Mistake[] {
  const pods = [...objects.flatMap(({object}) => wantedPods(object, 1) ?? []), ...own]
  return [
    ...objects.flatMap(placed => serviceWarnings(placed, pods)),
    ...objects.flatMap(kindWarnings),
    ...steps.flatMap(step => deleteWarnings(step, pods)),
    ...targets.flatMap(placed => targetWarnings(placed, pods)),
  ]
}

/* What a kind itself has to say of an object, with the field in front. */
function kindWarnings({object, document, path}: PlacedObject): readonly Mistake[] {
  const said = kindOf(object.kind)?.warnings?.(object) ?? []
  return said.map(message => {
    const steps = message.split(':')[0]?.split('.') ?? []
    return mistakeAt(document, {path: [...path, ...steps]}, message)
  })
}

function serviceWarnings({object, document, path}: PlacedObject, pods: readonly WantedPods[]): readonly Mistake[] {
  const {kind, metadata, spec} = object as ServiceLike
  const selector = selectorOfLabels(spec?.selector ?? {})
  if (kind !== 'Service' || selector.length === 0) return []
  if (pods.some(({labels, namespace}) => namespace === metadata.namespace && matches(selector, labels))) return []
  const message = `no pod of this lab has the labels ${printSelector(selector)}: the Service will have no endpoints`
  return [mistakeAt(document, {path: [...path, 'spec', 'selector']}, message, labelsOf(pods))]
}

function deleteWarnings({step, origin}: PlacedStep, pods: readonly WantedPods[]): readonly Mistake[] {
  if (step.do !== 'delete' || step.kind !== 'Pod' || step.selector === undefined) return []
  const selector = parseSelector(step.selector)
  if (pods.some(({labels, namespace}) => namespace === step.namespace && matches(selector, labels))) return []
  const place = {path: [...origin.path, 'delete']}
  return [mistakeAt(origin.document, place, `no pod of this lab has the labels ${step.selector}`, labelsOf(pods))]
}

function targetWarnings({target, document, path}: PlacedTarget, pods: readonly WantedPods[]): readonly Mistake[] {
  const form = parseTarget(target)
  if (form.kind === 'pods') {
    const selector = parseSelector(form.selector)
    if (pods.some(({labels, namespace}) => namespace === form.namespace && matches(selector, labels))) return []
    return [mistakeAt(document, {path}, `no pod of this lab has the labels ${form.selector}`, labelsOf(pods))]
  }
  if (form.kind !== 'pod' || pods.some(pod => pod.namespace === form.namespace && mayBeNamed(pod, form.name))) return []
  const names = pods.map(({name, generated}) => (generated ? `${name}-…` : name))
  return [mistakeAt(document, {path}, `no manifest makes a pod named ${form.name}`, `pods here: ${list(names)}`)]
}

function mayBeNamed({name, generated}: WantedPods, text: string): boolean {
  return generated ? text.startsWith(name) : text === name
}

function labelsOf(pods: readonly WantedPods[]): string {
  const labels = pods.map(pod => printSelector(selectorOfLabels(pod.labels))).filter(text => text !== '')
  return `labels of the pods here: ${list(labels)}`
}

function list(texts: readonly string[]): string {
  const some = [...new Set(texts)]
  return `${some.slice(0, 10).join('; ') || 'none'}${some.length > 10 ? '; …' : ''}`
}

type ServiceLike = KubeObject & {readonly spec?: {readonly selector?: Readonly<Record<string, string>>}}
