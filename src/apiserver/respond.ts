import {json, plain, statusAnswer} from './answer.ts'
import type {Answer, Api, ApiRequest, Call, User} from './call.ts'
import {discover} from './discovery/index.ts'
import {placeOf} from './path.ts'
import {ApiError, methodNotAllowed, noSuchPath, statusOf} from './status.ts'
import {subresourceOf} from './subresources/index.ts'
import {verbOf, verbs} from './verbs/index.ts'
import {serverVersion} from './version.ts'
import {answerVirtual, virtualAt} from './virtual/index.ts'

/** Answers one request, whatever it is: it never throws. */
export async function respond(request: ApiRequest, api: Api): Promise<Answer> {
  try {
    return await answerOf(request, api)
  } catch (error) {
    return statusAnswer(statusOf(error))
  }
}

async function answerOf(request: ApiRequest, api: Api): Promise<Answer> {
  const {pathname, searchParams} = new URL(request.url, 'http://localhost')
  const known = open[pathname]
  if (known) return readOnly(request, known)
  const user = recognised(request)
  const path = segmentsOf(pathname)
  const question = virtualAt(path)
  if (question) return answerVirtual(question.virtual, {...partsOf(request, user, searchParams), ...question}, api)
  const place = placeOf(path)
  if (place !== undefined) return answerCall({...partsOf(request, user, searchParams), ...place}, api)
  if (pathname === '/metrics') return readOnly(request, () => metricsText(api))
  return readOnly(request, () => outsideOfObjects(path, request))
}

/** What anybody may ask for. */
const open: Readonly<Record<string, () => Answer>> = {
  '/version': () => json(serverVersion),
  '/healthz': () => plain('ok'),
  '/livez': () => plain('ok'),
  '/readyz': () => plain('ok'),
}

/** What the server says of itself, in Prometheus' form. */
function metricsText({watchers = new Map(), store}: Api): Answer {
  const lines = [...watchers].map(([kind, number]) => `apiserver_registered_watchers{kind="${kind}"} ${number}\n`)
  return plain(`${lines.join('')}podlab_store_revision ${store.revision}\n`)
}

async function outsideOfObjects(path: readonly string[], {headers}: ApiRequest): Promise<Answer> {
  const [first, second, ...rest] = path
  if (first === 'api' || first === 'apis') return discover(path, headers.accept)
  if (first === 'openapi') {
    const {openApiV2, openApiV3} = await import('./openapi/index.ts')
    if (second === 'v3') return openApiV3(rest, headers)
    if (second === 'v2' && rest.length === 0) return openApiV2()
  }
  throw noSuchPath()
}

function readOnly<T>({method}: ApiRequest, answer: () => T): T {
  if (method !== 'GET' && method !== 'HEAD') throw methodNotAllowed()
  return answer()
}

function recognised({user}: ApiRequest): User {
  if (user) return user
  throw new ApiError('Unauthorized', 'Unauthorized')
}

/** What a call takes over from its request. */
export function partsOf({method, headers, body, signal}: ApiRequest, user: User, query: URLSearchParams) {
  return {method, user, query, headers, body, signal}
}

async function answerCall(call: Call, api: Api): Promise<Answer> {
  if (call.subresource === '') return verbs[verbOf(call)](call, api)
  const subresource = subresourceOf(call.kind, call.subresource)
  if (subresource === undefined) throw noSuchPath()
  const answer = subresource.methods[call.method === 'HEAD' ? 'GET' : call.method]
  if (answer === undefined) throw methodNotAllowed()
  return answer(call, api)
}

/** The path's words. A slash at the end means nothing. */
export function segmentsOf(pathname: string): readonly string[] {
  try {
    return pathname
      .split('/')
      .filter(part => part !== '')
      .map(decodeURIComponent)
  } catch {
    throw new ApiError('BadRequest', `the path ${pathname} is not properly encoded`)
  }
}
