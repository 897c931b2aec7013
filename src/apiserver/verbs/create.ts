import {warned} from '../answer.ts'
import {readBody} from '../body.ts'
import type {Answer, Api, Call} from '../call.ts'
import {decodeObject} from '../decode.ts'
import {writeQuery} from '../options.ts'
import {showObject, showOf} from '../view.ts'

export async function createObject(call: Call, api: Api): Promise<Answer> {
  const {kind, apiVersion, namespace} = call
  const show = showOf(call, api.now())
  const {dryRun, fieldValidation} = writeQuery(call, 'CreateOptions')
  const body = await readBody(await call.body(), call.headers['content-type'])
  const {object, warnings} = decodeObject(body, {kind, apiVersion, namespace, name: '', fieldValidation})
  return warned(showObject(api.registry.create(object, {dryRun}), show, 201), warnings)
}
