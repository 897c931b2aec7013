import type {Kind} from '../../objects/kind.ts'
import {type KindName, type KubeObjectAny, kinds} from '../../objects/kinds.ts'
import {invalid, ObjectError} from '../../objects/mistake.ts'
import type {JsonRecord} from '../../objects/patch/json.ts'
import {anything, integer, record, string} from '../../objects/schema.ts'
import {json} from '../answer.ts'
import {readBody} from '../body.ts'
import type {Answer, Api, Call} from '../call.ts'
import {writeQuery} from '../options.ts'
import {ApiError} from '../status.ts'
import {UnmarshalError, unmarshal} from '../unmarshal.ts'
import {existing} from '../verbs/get.ts'
import {withManagers} from '../verbs/managers.ts'
import {patchIn} from '../verbs/patch.ts'
import type {Subresource} from './index.ts'

/** How many replicas there are and shall be, in the one form that all kinds with replicas share: what `kubectl scale` writes. */
export const scale: Subresource = {
  of: (Object.values(kinds) as Kind[]).filter(({scaleOf}) => scaleOf).map(({kind}) => kind as KindName),
  kind: {group: 'autoscaling', version: 'v1', kind: 'Scale'},
  verbs: ['get', 'patch', 'update'],
  methods: {
    GET: async (call, api) => json(scaleOf(existing(call, api))),
    PUT: async (call, api) => {
      const said = await readBody(await call.body(), call.headers['content-type'])
      return write(said, call, api)
    },
    PATCH: async (call, api) => {
      const patch = await patchIn(call)
      return write(patch.apply(scaleOf(existing(call, api)) as unknown as JsonRecord, schema), call, api)
    },
  },
}

const schema = record({
  apiVersion: string,
  kind: string,
  metadata: record({
    name: string,
    namespace: string,
    uid: string,
    resourceVersion: string,
    creationTimestamp: string,
    labels: anything,
    annotations: anything,
    managedFields: anything,
    generation: anything,
  }),
  spec: record({replicas: integer(0)}),
  status: anything,
})

type SaidScale = {
  readonly metadata?: {readonly resourceVersion?: string; readonly uid?: string; readonly name?: string}
  readonly spec?: {readonly replicas?: number}
}

function write(value: unknown, call: Call, api: Api): Answer {
  const {dryRun} = writeQuery(call, 'UpdateOptions')
  const {metadata = {}, spec: {replicas = 0} = {}} = readScale(value)
  if (metadata.name && metadata.name !== call.name)
    throw new ApiError(
      'BadRequest',
      `the name of the object (${metadata.name}) does not match the name on the URL (${call.name})`,
    )
  const mistake = invalid(['spec', 'replicas'], replicas, 'must be greater than or equal to 0')
  if (replicas < 0) throw new ObjectError({kind: 'Scale', name: call.name}, [mistake])
  const before = existing(call, api)
  const kind: Kind = kinds[call.kind]
  const scaled = (kind.scaled?.(before, replicas) ?? before) as KubeObjectAny
  const {resourceVersion = before.metadata.resourceVersion, uid = before.metadata.uid} = metadata
  const after = {
    ...scaled,
    metadata: {...scaled.metadata, ...(resourceVersion && {resourceVersion}), ...(uid && {uid})},
  }
  const managed = withManagers(after as KubeObjectAny, {before, call, now: api.now()})
  return json(scaleOf(api.registry.replace(managed, {dryRun})))
}

function readScale(value: unknown): SaidScale {
  try {
    return unmarshal('Scale', schema, value).value as SaidScale
  } catch (error) {
    if (error instanceof UnmarshalError)
      throw new ApiError('BadRequest', `Scale in version "v1" cannot be handled as a Scale: ${error.message}`)
    throw error
  }
}

function scaleOf(object: KubeObjectAny) {
  const kind: Kind = kinds[object.kind]
  const {replicas = 0, current = 0, selector = ''} = kind.scaleOf?.(object) ?? {}
  const {name, namespace, uid, resourceVersion, creationTimestamp} = object.metadata
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: {name, namespace, uid, resourceVersion, creationTimestamp},
    spec: {replicas},
    status: {replicas: current, ...(selector && {selector})},
  }
}
