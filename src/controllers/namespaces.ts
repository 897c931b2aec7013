import {type Condition, withCondition} from '../objects/condition.ts'
import {equal} from '../objects/equal.ts'
import {type KindName, type KubeObjectAny, kinds} from '../objects/kinds.ts'
import type {Namespace} from '../objects/namespace.ts'
import {type Controller, keyOf, type Write} from './controller.ts'

/**
 * Empties a namespace that is being deleted, and takes its own finalizer out when nothing is left in it. Until then the namespace's
 * conditions say what it still waits for: pods that take their time, and finalizers that somebody has put there.
 */
export const namespaceController: Controller = {
  name: 'namespaces',
  watches: Object.keys(kinds) as KindName[],
  keysOf: ({object}, view) => {
    const name = object.kind === 'Namespace' ? object.metadata.name : object.metadata.namespace
    const namespace = name === undefined ? undefined : view.get('Namespace', {name})
    return namespace?.metadata.deletionTimestamp ? [keyOf(namespace)] : []
  },
  reconcile: ({name}, view, {now}) => {
    const namespace = view.get('Namespace', {name})
    if (namespace?.metadata.deletionTimestamp === undefined) return []
    const content: readonly KubeObjectAny[] = view.find('byNamespace', name)
    const rest = content.filter(({metadata}) => metadata.deletionTimestamp === undefined)
    if (rest.length > 0) return rest.map(object => ({do: 'delete', object}))
    const told = withStory(namespace, content, now)
    if (content.length > 0) return equal(told, namespace) ? [] : [{do: 'update', object: told}]
    return lastStep(namespace, told)
  },
}

/** Whoever else has a finalizer in it still holds it up. */
function lastStep(namespace: Namespace, told: Namespace): readonly Write[] {
  const finalizers = namespace.spec?.finalizers?.filter(finalizer => finalizer !== 'kubernetes') ?? []
  const object = {...told, spec: {...told.spec, finalizers}}
  return equal(object, namespace) ? [] : [{do: 'update', object}]
}

function withStory(namespace: Namespace, content: readonly KubeObjectAny[], now: number): Namespace {
  const conditions = storyOf(content).reduce<readonly Condition[]>(
    (list, condition) => withCondition(list, condition, now),
    namespace.status?.conditions ?? [],
  )
  return {...namespace, status: {phase: 'Terminating', ...namespace.status, conditions}}
}

function storyOf(content: readonly KubeObjectAny[]): readonly Condition[] {
  const resources = counted(content.map(wordOf)).map(([word, count]) => `${word} has ${count} resource instances`)
  const finalizers = counted(content.flatMap(({metadata}) => metadata.finalizers ?? [])).map(
    ([finalizer, count]) => `${finalizer} in ${count} resource instances`,
  )
  return [
    said('NamespaceDeletionDiscoveryFailure', 'ResourcesDiscovered', 'All resources successfully discovered'),
    said(
      'NamespaceDeletionGroupVersionParsingFailure',
      'ParsedGroupVersions',
      'All legacy kube types successfully parsed',
    ),
    said(
      'NamespaceDeletionContentFailure',
      'ContentDeleted',
      'All content successfully deleted, may be waiting on finalization',
    ),
    resources.length > 0
      ? said(
          'NamespaceContentRemaining',
          'SomeResourcesRemain',
          `Some resources are remaining: ${resources.join(', ')}`,
          'True',
        )
      : said('NamespaceContentRemaining', 'ContentRemoved', 'All content successfully removed'),
    finalizers.length > 0
      ? said(
          'NamespaceFinalizersRemaining',
          'SomeFinalizersRemain',
          `Some content in the namespace has finalizers remaining: ${finalizers.join(', ')}`,
          'True',
        )
      : said('NamespaceFinalizersRemaining', 'ContentHasNoFinalizers', 'All content-preserving finalizers finished'),
  ]
}

function said(type: string, reason: string, message: string, status: 'True' | 'False' = 'False'): Condition {
  return {type, status, reason, message}
}

/** `deployments.apps`, and `pods.` of the group without a name. */
function wordOf({kind}: KubeObjectAny): string {
  const {plural, apiVersions} = kinds[kind]
  const [group = ''] = apiVersions[0].includes('/') ? apiVersions[0].split('/') : []
  return `${plural}.${group}`
}

function counted(words: readonly string[]): readonly [string, number][] {
  return [...Map.groupBy(words, word => word)]
    .map(([word, {length}]): [string, number] => [word, length])
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
}
