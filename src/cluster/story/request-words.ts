import {readBody} from '../../apiserver/body.ts'
import type {KubeObjectAny} from '../../objects/kinds.ts'
import type {Service} from '../../objects/service.ts'
import type {Deed, Heard} from '../chronicle.ts'
import {nameOf, told, withoutSecret, wordsOf} from './change-words.ts'
import type {StoryLine} from './story.ts'
import {few, leavesOf, shown} from './values.ts'

/** A request that came in, and how its sender was known. */
export function askedLines(request: Heard): readonly StoryLine[] {
  const {at} = request
  return [askedLine(request), {at, begins: false, who: 'API server', text: `authenticated: ${knownBy(request)}`}]
}

/** A request: who asked, and for what. */
export function askedLine(request: Heard): StoryLine {
  const {at, method, url} = request
  return {at, begins: true, who: programOf(request), text: `${method} ${pathOf(url)}`}
}

/** `kubectl/v1.32.4`, or whatever calls itself something. */
function programOf({agent, user}: Heard): string {
  return agent.split(' ')[0] || user?.name || 'somebody'
}

/** The path, with those words of the query that change what is done. */
function pathOf(url: string): string {
  const {pathname, searchParams} = new URL(url, 'http://localhost')
  const telling = ['dryRun', 'force', 'propagationPolicy', 'labelSelector', 'fieldSelector']
  const words = telling.flatMap(key => (searchParams.get(key) ? [`${key}=${searchParams.get(key)}`] : []))
  return words.length > 0 ? `${pathname}?${words.join('&')}` : pathname
}

function knownBy({user, means}: Heard): string {
  if (user === undefined) return 'nobody'
  const groups = user.groups.filter(group => group !== 'system:authenticated')
  const who = groups.length > 0 ? `${user.name} of ${groups.join(', ')}` : user.name
  switch (means) {
    case 'client certificate':
      return `${who}; its client certificate says so, and the lab's authority has signed it`
    case 'token':
      return `${who}; its token says so, and the lab has signed it`
    case 'plain http':
      return `${who}; over plain http nobody is asked`
    case undefined:
      return who
  }
}

/** What the API server made of what the request brought, and that it stored it. */
export async function storedLines({at, change, by}: Deed): Promise<readonly StoryLine[]> {
  const {revision, object} = change
  const line = (text: string) => ({at, begins: false, who: 'API server', text})
  const stored = {...line(''), revision}
  if (change.type !== 'ADDED' || by.is !== 'request') return [{...stored, text: wordsOf(change)}]
  const filled = await filledIn(object, by.request)
  return [
    ...(filled.length > 0 ? [line(`admitted: filled in ${few(filled, 6)}`)] : []),
    ...allocated(object).map(line),
    {...stored, text: `stored ${nameOf(object)}`},
  ]
}

/** What stands in an object that its sender has not said. Empty when what was sent is not remembered. */
async function filledIn(object: KubeObjectAny, {body, contentType}: Heard): Promise<readonly string[]> {
  if (body === undefined) return []
  const sent = await readBody(Buffer.from(body), contentType).catch(() => undefined)
  if (typeof sent !== 'object' || sent === null) return []
  const said = new Set(leavesOf(sent).map(([path]) => path))
  const {status: _status, ...lasting} = told(object) as Record<string, unknown>
  const added = leavesOf(lasting).filter(([path]) => !said.has(path) && !given.test(path))
  const {apiVersion} = sent as {readonly apiVersion?: unknown}
  const converted = apiVersion !== undefined && apiVersion !== object.apiVersion
  return [
    ...(converted ? [`apiVersion ${object.apiVersion} for ${shown(apiVersion)}`] : []),
    ...added.map(([path, value]) => `${path} ${shown(value)}`).map(object.kind === 'Secret' ? withoutSecret : same),
  ]
}

const same = (text: string) => text

/* What the request's path says, and what is told by itself. */
const given = /^(metadata\.namespace$|apiVersion$|kind$|spec\.clusterIPs?$|spec\.ports\[\d+\]\.nodePort$)/

function allocated(object: KubeObjectAny): readonly string[] {
  if (object.kind !== 'Service') return []
  const {clusterIP, ports = []}: Service['spec'] = object.spec
  const nodePorts = ports.flatMap(({nodePort}) => (nodePort ? [nodePort] : []))
  return [
    ...(clusterIP && clusterIP !== 'None' ? [`allocated the cluster IP ${clusterIP}`] : []),
    ...(nodePorts.length > 0 ? [`allocated the node port ${nodePorts.join(', ')}`] : []),
  ]
}
