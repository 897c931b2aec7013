import {type KubeObjectAny, resourceName} from '../../objects/kinds.ts'
import {notFound} from '../../store/store-error.ts'
import type {Answer, Api, Call} from '../call.ts'
import {showObject, showOf} from '../view.ts'

export async function getObject(call: Call, api: Api): Promise<Answer> {
  return showObject(existing(call, api), showOf(call, api.now()))
}

/** The object that a path names. Throws notFound. */
export function existing(
  {kind, namespace, name}: Pick<Call, 'kind' | 'namespace' | 'name'>,
  {store}: Api,
): KubeObjectAny {
  const object = store.get(kind, {namespace, name})
  if (object === undefined) throw notFound(resourceName(kind), name)
  return object
}
