import {json, plain, statusAnswer} from './answer.ts'
import type {Answer, Api, ApiRequest, Call, User} from './call.ts'
import {discover} from './discovery/index.ts'
import {servedVersions} from './discovery/resources.ts'
import {asksHealth, health} from './health.ts'
import {impersonated} from './impersonation.ts'
import {placeOf} from './path.ts'
import {ApiError, methodNotAllowed, noSuchPath, statusOf} from './status.ts'
import {subresourceOf} from './subresources/index.ts'
import {verbOf, verbs} from './verbs/index.ts'
import {serverVersion} from './version.ts'
import {answerVirtual, virtualAt} from './virtual/index.ts'
import {watchPath} from './watch-path.ts'

/** Answers one request, whatever it is: it never throws. */
export async function respond(request: ApiRequest, api: Api): Promise<Answer> {
  try {
    return await answerOf(request, api)
  } catch (error) {
    return statusAnswer(statusOf(error))
  }
}

async function answerOf(request: ApiRequest, api: Api): Promise<Answer> {
  const {pathname, searchParams} = targetOf(request)
  const asked = segmentsOf(pathname)
  const [root] = asked
  // What anybody may ask for.
  if (root === 'version' && asked.length === 1) return readOnly(request, () => json(serverVersion))
  if (asksHealth(asked)) return readOnly(request, () => health(asked, searchParams))
  const user = recognised(request)
  const {path, query} = watchPath(asked, searchParams)
  const question = virtualAt(path)
  if (question) return answerVirtual(question.virtual, {...partsOf(request, user, query), ...question}, api)
  const place = placeOf(path)
  if (place !== undefined) return answerCall({...partsOf(request, user, query), ...place}, api)
  if (root === undefined) return readOnly(request, () => json({paths}))
  if (pathname === '/metrics') return readOnly(request, () => metricsText(api))
  return readOnly(request, () => outsideOfObjects(path, request))
}

/** What is served beside objects, for those who ask for the root. */
const paths: readonly string[] = [
  '/api',
  '/api/v1',
  '/apis',
  ...servedVersions.flatMap(({group, apiVersion}) => (group === '' ? [] : [`/apis/${group}`, `/apis/${apiVersion}`])),
  '/healthz',
  '/livez',
  '/metrics',
  '/openapi/v2',
  '/openapi/v3',
  '/readyz',
  '/version',
].filter((path, index, all) => all.indexOf(path) === index)

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
    if (second === 'v2' && rest.length === 0) return openApiV2(headers)
  }
  throw noSuchPath()
}

function readOnly<T>({method}: ApiRequest, answer: () => T): T {
  if (method !== 'GET' && method !== 'HEAD') throw methodNotAllowed()
  return answer()
}

/** Who asks, or whom he asks as. Throws the 401. */
export function recognised({user, headers}: Pick<ApiRequest, 'user' | 'headers'>): User {
  if (user) return impersonated(user, headers)
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

/** Where a request goes. A second slash at the beginning would make a host of the first word. */
export function targetOf({url}: Pick<ApiRequest, 'url'>): URL {
  const target = URL.parse(url.startsWith('/') ? `http://localhost${url}` : url, 'http://localhost')
  if (target === null) throw new ApiError('BadRequest', `the request is for ${url}, which is no path`)
  return target
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
