import {withAccountToken} from '../objects/account-token.ts'
import type {KubeObjectAny} from '../objects/kinds.ts'
import type {ServiceAccount} from '../objects/service-account.ts'
import {RequestError} from './request-error.ts'
import type {View} from './view.ts'

type Cluster = {readonly view: Pick<View, 'get'>; readonly random: () => number}

/** A new pod with the token of its account; everything else as it is. */
export function withAccount<T extends KubeObjectAny>(object: T, {view, random}: Cluster): T {
  if (object.kind !== 'Pod') return object
  return withAccountToken(object, accountOf(object, view), random) as T
}

/**
 * Refuses a pod whose account is not there. The account `default` may come a moment later: every namespace gets one, and a pod that comes
 * together with its namespace waits for it on its node.
 */
export function refuseAccount(object: KubeObjectAny, view: Pick<View, 'get'>): void {
  if (object.kind !== 'Pod') return
  const {name = '', generateName = '', namespace = ''} = object.metadata
  const {serviceAccountName: account = 'default'} = object.spec
  if (account === 'default' || accountOf(object, view)) return
  const why = `error looking up service account ${namespace}/${account}: serviceaccount "${account}" not found`
  throw new RequestError('forbidden', `pods "${name || generateName}" is forbidden: ${why}`)
}

function accountOf(
  {metadata: {namespace}, spec}: KubeObjectAny & {kind: 'Pod'},
  view: Pick<View, 'get'>,
): ServiceAccount | undefined {
  return view.get('ServiceAccount', {namespace, name: spec.serviceAccountName ?? 'default'})
}
