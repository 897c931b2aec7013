import type {Api, ApiRequest} from '../../apiserver/call.ts'
import type {Registry} from '../../store/registry.ts'
import {type Chronicle, type Heard, writing} from '../chronicle.ts'

const changing: readonly string[] = ['POST', 'PUT', 'PATCH', 'DELETE']

/** The API server's work, and who asked for it, for the chronicle. Requests that only read are not heard of. */
export function hearing(chronicle: Chronicle, api: Api): NonNullable<Api['hear']> {
  return request => {
    if (!changing.includes(request.method)) return {request, api}
    const heard = heardOf(request, chronicle.now())
    const around = <T>(act: () => T) => chronicle.by({is: 'request', request: heard}, act)
    const body = async () => {
      const bytes = await request.body()
      chronicle.keepBody(heard, bytes)
      return bytes
    }
    const registry = asking(api.registry, around)
    return {request: {...request, body}, api: {...api, store: writing(api.store, around), registry}}
  }
}

function heardOf({method, url, headers, user, means}: ApiRequest, at: number): Heard {
  return {
    at,
    user,
    means,
    method,
    url,
    agent: headers['user-agent'] ?? '',
    contentType: headers['content-type'] ?? '',
  }
}

/** The same registry, whose verbs are done within `around`. */
export function asking(registry: Registry, around: <T>(act: () => T) => T): Registry {
  return {
    create: (object, options) => around(() => registry.create(object, options)),
    replace: (object, options) => around(() => registry.replace(object, options)),
    remove: (kind, key, request) => around(() => registry.remove(kind, key, request)),
    apply: objects => around(() => registry.apply(objects)),
    delete: what => around(() => registry.delete(what)),
    scale: (ref, replicas) => around(() => registry.scale(ref, replicas)),
  }
}
