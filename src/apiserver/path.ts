import {type KindName, kinds} from '../objects/kinds.ts'
import {kindAt} from './resources.ts'
import {noSuchPath, notInPodlab} from './status.ts'

/** What a path about objects names. */
export type Place = {
  readonly kind: KindName
  readonly apiVersion: string
  readonly namespace: string | undefined
  readonly name: string
  readonly subresource: string
  readonly rest: string
}

/**
 * The objects that a path is about; undefined for one that is about none, such as discovery's.
 *
 *   path     = ("api/v1" | "apis/" GROUP "/" VERSION) "/" ["namespaces/" NAMESPACE "/"] RESOURCE ["/" NAME ["/" SUBRESOURCE ["/" REST]]]
 *
 * Namespaces are objects too: `namespaces/web/status` is below one, `namespaces/web/pods` lies in it. Throws the 404 for what is not served.
 */
export function placeOf(path: readonly string[]): Place | undefined {
  const head = path[0] === 'api' ? 2 : path[0] === 'apis' ? 3 : path.length
  if (path.length <= head) return undefined
  const apiVersion = path.slice(1, head).join('/')
  const rest = path.slice(head)
  const inNamespace = rest[0] === 'namespaces' && rest.length > 2 && !belowNamespace.includes(rest[2] ?? '')
  const namespace = inNamespace ? rest[1] : undefined
  const [plural = '', name = '', subresource = '', ...more] = inNamespace ? rest.slice(2) : rest
  const kind = kindAt(apiVersion, plural)
  if (kind === undefined)
    throw absent[plural] ? notInPodlab(`podlab has no ${plural}: ${absent[plural]}`) : noSuchPath()
  const {namespaced} = kinds[kind]
  // Without a namespace, objects of all namespaces can be listed, but none can be named.
  if (namespaced ? namespace === undefined && name !== '' : namespace !== undefined) throw noSuchPath()
  return {kind, apiVersion, namespace, name, subresource, rest: more.join('/')}
}

const belowNamespace: readonly string[] = ['status', 'finalize']

/* What learners try that a real cluster has, and what they can do instead. */
const absent: Readonly<Record<string, string>> = {
  horizontalpodautoscalers: 'nothing in a lab measures load over time; kubectl scale sets the number of pods by hand',
  cronjobs: 'kubectl create job runs one now',
  roles: 'whoever has a certificate or a token of the lab may do everything',
  rolebindings: 'whoever has a certificate or a token of the lab may do everything',
  clusterroles: 'whoever has a certificate or a token of the lab may do everything',
  clusterrolebindings: 'whoever has a certificate or a token of the lab may do everything',
  resourcequotas: 'nothing in a lab is counted against a quota',
  persistentvolumeclaims: 'nothing in a lab outlives its pods; emptyDir and hostPath volumes are there',
  persistentvolumes: 'nothing in a lab outlives its pods; emptyDir and hostPath volumes are there',
  priorityclasses: 'all pods of a lab are worth the same',
}
