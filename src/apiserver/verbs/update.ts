import {warned} from '../answer.ts'
import {readBody} from '../body.ts'
import type {Answer, Api, Call} from '../call.ts'
import {decodeObject} from '../decode.ts'
import {writeQuery} from '../options.ts'
import {showObject, showOf} from '../view.ts'
import {existing} from './get.ts'
import {withManagers} from './managers.ts'

/** Puts the object of the body in the place of the one that is there; as the subresource `status`, only its status. */
export async function updateObject(call: Call, api: Api): Promise<Answer> {
  const {kind, apiVersion, namespace, name, subresource} = call
  const show = showOf(call, api.now())
  const {dryRun, fieldValidation} = writeQuery(call, 'UpdateOptions')
  const body = await readBody(await call.body(), call.headers['content-type'])
  const {object, warnings} = decodeObject(body, {kind, apiVersion, namespace, name, fieldValidation})
  const managed = withManagers(object, {before: existing(call, api), call, now: api.now()})
  const part = subresource === 'status' ? 'status' : 'all'
  return warned(showObject(api.registry.replace(managed, {dryRun, part}), show), warnings)
}
