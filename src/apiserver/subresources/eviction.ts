import {json} from '../answer.ts'
import {readBody} from '../body.ts'
import {deleteOptions} from '../options.ts'
import {ApiError, success} from '../status.ts'
import type {Subresource} from './index.ts'

/** A deletion that asks first, as `kubectl drain` does. Nothing here forbids one. */
export const eviction: Subresource = {
  of: ['Pod'],
  kind: {group: 'policy', version: 'v1', kind: 'Eviction'},
  verbs: ['create'],
  methods: {
    POST: async (call, {registry}) => {
      const body = (await readBody(await call.body(), call.headers['content-type'])) as Said
      const {metadata, deleteOptions: options} = body ?? {}
      if (metadata?.name && metadata.name !== call.name)
        throw new ApiError('BadRequest', `name in URL does not match name in Eviction object: "${metadata.name}"`)
      registry.remove('Pod', {namespace: call.namespace, name: call.name}, deleteOptions(call, options))
      return json({...success({}), code: 201}, 201)
    },
  },
}

type Said = {readonly metadata?: {readonly name?: string}; readonly deleteOptions?: unknown} | null
