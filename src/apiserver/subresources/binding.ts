import type {Pod} from '../../objects/pod.ts'
import {StoreError} from '../../store/store-error.ts'
import {json} from '../answer.ts'
import {readBody} from '../body.ts'
import {ApiError, success} from '../status.ts'
import {existing} from '../verbs/get.ts'
import type {Subresource} from './index.ts'

/** Puts a pod on a node: what a scheduler writes. */
export const binding: Subresource = {
  of: ['Pod'],
  kind: {group: '', version: 'v1', kind: 'Binding'},
  verbs: ['create'],
  methods: {
    POST: async (call, api) => {
      const body = (await readBody(await call.body(), call.headers['content-type'])) as {
        metadata?: {name?: unknown}
        target?: {name?: unknown}
      } | null
      if (body?.metadata?.name !== call.name)
        throw new ApiError('BadRequest', 'name in URL does not match name in Binding object')
      const node = body?.target?.name
      if (typeof node !== 'string' || node === '')
        throw new ApiError('Invalid', `Binding "${call.name}" is invalid: target.name: Required value`)
      const pod = existing(call, api) as Pod
      refuseAssigned(pod)
      api.store.update({...pod, spec: {...pod.spec, nodeName: node}})
      return json({...success({}), code: 201}, 201)
    },
  },
}

function refuseAssigned({metadata: {name, deletionTimestamp}, spec}: Pod): void {
  const refuse = (why: string) =>
    new StoreError('conflict', `Operation cannot be fulfilled on pods/binding "${name}": ${why}`)
  if (deletionTimestamp) throw refuse(`pod ${name} is being deleted, cannot be assigned to a host`)
  if (spec.nodeName) throw refuse(`pod ${name} is already assigned to node "${spec.nodeName}"`)
}
