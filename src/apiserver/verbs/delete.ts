import {type KindName, type KubeObjectAny, kinds} from '../../objects/kinds.ts'
import {StoreError} from '../../store/store-error.ts'
import {json, warned} from '../answer.ts'
import {readBody} from '../body.ts'
import type {Answer, Api, Call} from '../call.ts'
import {type DeleteOptions, deleteOptions} from '../options.ts'
import {groupOf} from '../resources.ts'
import {selectionOf} from '../selection.ts'
import {success} from '../status.ts'
import {showList, showObject, showOf} from '../view.ts'

/** Answers the object when its deletion has only begun, and a Status that names it when it is gone. */
export async function deleteObject(call: Call, {registry, now}: Api): Promise<Answer> {
  const {kind, namespace, name} = call
  const show = showOf(call, now())
  const {options, warnings} = preserving(kind, deleteOptions(call, await optionsIn(call)))
  const {object, gone} = registry.remove(kind, {namespace, name}, options)
  const answer = gone && !answersObject.includes(kind) ? json(success(detailsOf(object))) : showObject(object, show)
  return warned(answer, warnings)
}

/** Deletes everything that the selectors choose, and answers what that was. */
export async function deleteCollection(call: Call, {store, registry, now}: Api): Promise<Answer> {
  const {kind, namespace} = call
  const show = showOf(call, now())
  const {options, warnings} = preserving(kind, deleteOptions(call, await optionsIn(call)))
  const chosen = (store.list(kind, {namespace}) as readonly KubeObjectAny[]).filter(selectionOf(call))
  const removed = chosen.flatMap(({metadata}) => {
    try {
      return [registry.remove(kind, metadata, options).object]
    } catch (error) {
      if (error instanceof StoreError && error.code === 'notFound') return []
      throw error
    }
  })
  return warned(showList(removed, show, {resourceVersion: `${store.revision}`}), warnings)
}

/**
 * Kinds that are older than the garbage collector leave their pods behind, as they always did, unless they are told otherwise. kubectl always
 * does.
 */
function preserving(kind: KindName, options: DeleteOptions): {options: DeleteOptions; warnings: readonly string[]} {
  const preserves = kind === 'Job' || kind === 'ReplicationController'
  if (options.propagation !== undefined || !preserves) return {options, warnings: []}
  return {options: {...options, propagation: 'Orphan'}, warnings: kind === 'Job' ? [jobsPreserve] : []}
}

const jobsPreserve =
  'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set ' +
  'propagationPolicy=Orphan to suppress this warning'

/** Kinds whose deletion answers the object in any case. */
const answersObject: readonly string[] = ['Pod', 'Service', 'ServiceAccount', 'Namespace']

async function optionsIn(call: Call): Promise<unknown> {
  const bytes = await call.body()
  return bytes.length === 0 ? undefined : readBody(bytes, call.headers['content-type'])
}

function detailsOf({kind, metadata: {name, uid}}: KubeObjectAny) {
  const group = groupOf(kinds[kind].apiVersions[0])
  return {name, ...(group && {group}), kind: kinds[kind].plural, ...(uid && {uid})}
}
