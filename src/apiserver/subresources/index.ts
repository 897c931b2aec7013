import type {Kind} from '../../objects/kind.ts'
import type {KindName} from '../../objects/kinds.ts'
import {kinds} from '../../objects/kinds.ts'
import type {Answer, Api, Call, Upgrade} from '../call.ts'
import {getObject} from '../verbs/get.ts'
import {patchObject} from '../verbs/patch.ts'
import {updateObject} from '../verbs/update.ts'
import {binding} from './binding.ts'
import {ephemeralContainers} from './ephemeral-containers.ts'
import {eviction} from './eviction.ts'
import {finalize} from './finalize.ts'
import {attach, exec, log, portforward} from './pod-streams.ts'
import {scale} from './scale.ts'
import {token} from './token.ts'

/**
 * What lies below an object in the API's paths: `pods/NAME/log`. To add one: a row here.
 *
 * `methods` answer plain requests, by HTTP method; they may answer with a stream (`Answer.body`). `upgrade` takes over the connection of a request
 * that asks for another protocol (exec, attach, portforward): it is called with the raw socket after the client has been recognised and the path read,
 * and what it throws is answered as a Status.
 */
export type Subresource = {
  /** The kinds that have it. */
  readonly of: readonly KindName[]
  /** What discovery says that it takes and gives; the kind of the object itself where nothing is said. */
  readonly kind?: {readonly group: string; readonly version: string; readonly kind: string}
  readonly verbs: readonly ('create' | 'delete' | 'get' | 'patch' | 'update')[]
  readonly methods: Readonly<Record<string, (call: Call, api: Api) => Promise<Answer>>>
  readonly upgrade?: (call: Call, api: Api, connection: Upgrade) => Promise<void>
}

export const subresources: Readonly<Record<string, Subresource>> = {
  attach,
  binding,
  ephemeralcontainers: ephemeralContainers,
  eviction,
  exec,
  finalize,
  log,
  portforward,
  scale,
  token,
  status: {
    of: (Object.values(kinds) as Kind[]).filter(({hasStatus}) => hasStatus).map(({kind}) => kind as KindName),
    verbs: ['get', 'patch', 'update'],
    methods: {GET: getObject, PUT: updateObject, PATCH: patchObject},
  },
}

/** The subresource of that name that a kind has. */
export function subresourceOf(kind: KindName, name: string): Subresource | undefined {
  const found = Object.hasOwn(subresources, name) ? subresources[name] : undefined
  return found?.of.includes(kind) ? found : undefined
}
