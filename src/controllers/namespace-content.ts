import {rootCaName} from '../objects/account-token.ts'
import type {ConfigMap} from '../objects/config-map.ts'
import type {KubeObjectAny} from '../objects/kinds.ts'
import {kinds} from '../objects/kinds.ts'
import type {View} from '../store/view.ts'
import type {Controller, Key} from './controller.ts'

/*
 * What every namespace has without anybody's asking: the account `default`, which its pods are unless they say otherwise, and the
 * certificate by which they know the API server.
 */

/** Makes the account `default` in each namespace, again and again. */
export const serviceAccounts: Controller = inEachNamespace('service-accounts', namespace => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: {name: 'default', namespace},
}))

/** Makes the ConfigMap `kube-root-ca.crt` in each namespace, and puts it right when somebody has changed it. `certificate` in PEM. */
export function rootCertificates(certificate: string): Controller {
  return inEachNamespace('root-certificates', namespace => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {name: rootCaName, namespace, annotations: {'kubernetes.io/description': description}},
    data: {'ca.crt': certificate},
  }))
}

const description =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or ' +
  'kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.'

/** Makes the namespaces again that a cluster cannot do without. */
export const systemNamespaces: Controller = {
  name: 'system-namespaces',
  watches: ['Namespace'],
  keysOf: ({type, object}) =>
    type === 'DELETED' && needed.includes(object.metadata.name) ? [namespaceKey(object.metadata.name)] : [],
  reconcile: ({name}, view) => {
    if (view.get('Namespace', {name})) return []
    const object = kinds.Namespace.initial(
      kinds.Namespace.defaults({apiVersion: 'v1', kind: 'Namespace', metadata: {name}}),
    )
    return [{do: 'create', object}]
  },
}

const needed = ['default', 'kube-node-lease', 'kube-public', 'kube-system']

type Furniture = Extract<KubeObjectAny, {kind: 'ServiceAccount' | 'ConfigMap'}>

function inEachNamespace(name: string, make: (namespace: string) => Furniture): Controller {
  const {kind, metadata} = make('')
  return {
    name,
    watches: ['Namespace', kind],
    keysOf: ({object}) => {
      if (object.kind === 'Namespace') return [namespaceKey(object.metadata.name)]
      return object.metadata.name === metadata.name ? [namespaceKey(object.metadata.namespace ?? '')] : []
    },
    reconcile: ({name: namespace}, view: View) => {
      const place = view.get('Namespace', {name: namespace})
      if (place === undefined || place.metadata.deletionTimestamp !== undefined) return []
      const wanted = make(namespace)
      const found = view.get(kind, {namespace, name: metadata.name})
      if (found === undefined) return [{do: 'create', object: wanted}]
      return found.kind === 'ConfigMap' && wanted.kind === 'ConfigMap' ? restored(found, wanted) : []
    },
  }
}

function restored(found: ConfigMap, wanted: ConfigMap) {
  const [key = ''] = Object.keys(wanted.data ?? {})
  if (found.data?.[key] === wanted.data?.[key] && Object.keys(found.data ?? {}).length === 1) return []
  const {metadata} = found
  const annotations = {...metadata.annotations, ...wanted.metadata.annotations}
  return [{do: 'update', object: {...found, metadata: {...metadata, annotations}, data: wanted.data ?? {}}} as const]
}

function namespaceKey(name: string): Key {
  return {kind: 'Namespace', name}
}
