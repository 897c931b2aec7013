import type {KubeObjectAny} from '../../objects/kinds.ts'
import {warned} from '../answer.ts'
import {readBody} from '../body.ts'
import type {Answer, Api, Call} from '../call.ts'
import {decodeObject} from '../decode.ts'
import {writeQuery} from '../options.ts'
import {ApiError} from '../status.ts'
import {showObject, showOf} from '../view.ts'
import {withManagers} from './managers.ts'

export async function createObject(call: Call, api: Api): Promise<Answer> {
  const {kind, apiVersion, namespace} = call
  const show = showOf(call, api.now())
  const {dryRun, fieldValidation} = writeQuery(call, 'CreateOptions')
  const body = await readBody(await call.body(), call.headers['content-type'])
  const {object, warnings} = decodeObject(body, {kind, apiVersion, namespace, name: '', fieldValidation})
  refuseRevision(object)
  const managed = withManagers(object, {call, now: api.now()})
  return warned(showObject(api.registry.create(managed, {dryRun}), show, 201), warnings)
}

/** An object that is not there yet has no revision. Throws the API server's refusal, which has no reason but its message. */
export function refuseRevision({metadata: {resourceVersion = '0'}}: KubeObjectAny): void {
  if (resourceVersion !== '' && resourceVersion !== '0')
    throw new ApiError('Unknown', 'resourceVersion should not be set on objects to be created')
}
