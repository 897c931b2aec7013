import type {Namespace} from '../../objects/namespace.ts'
import {updateObject} from '../../store/registry.ts'
import {readBody} from '../body.ts'
import {existing} from '../verbs/get.ts'
import {showObject, showOf} from '../view.ts'
import type {Subresource} from './index.ts'

/** Says who still has something to do in a namespace that goes away; when nobody is left, it is gone. */
export const finalize: Subresource = {
  of: ['Namespace'],
  verbs: ['update'],
  methods: {
    PUT: async (call, api) => {
      const said = (await readBody(await call.body(), call.headers['content-type'])) as Said
      const before = existing(call, api) as Namespace
      const resourceVersion = said?.metadata?.resourceVersion ?? before.metadata.resourceVersion
      const finalizers = said?.spec?.finalizers ?? []
      const after = updateObject(api.store, {
        ...before,
        metadata: {...before.metadata, ...(resourceVersion && {resourceVersion})},
        spec: {...before.spec, finalizers: finalizers.map(String)},
      })
      return showObject(after, showOf(call, api.now()))
    },
  },
}

type Said = {
  readonly metadata?: {readonly resourceVersion?: string}
  readonly spec?: {readonly finalizers?: readonly unknown[]}
} | null
