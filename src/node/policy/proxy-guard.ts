import type {Guard} from '../proxy/userspace/service-proxy.ts'
import {policyJudge} from './judge.ts'
import type {PolicyView} from './plan.ts'

/**
 * What the userspace proxy of a node may do by the policies of the whole cluster: it is one end of both connections, so the endpoint's node
 * could not tell who asked. A node is never kept from its own pods, nor they from it; its own programs' calls to pods elsewhere are
 * for the pod's node to judge, as in every other mode. The judge is made when the first call wants it.
 */
export function proxyGuard(view: PolicyView, ownAddresses: () => readonly string[]): Guard {
  let allows: ReturnType<typeof policyJudge> | undefined
  const isOwn = (address: string) => address.startsWith('127.') || ownAddresses().includes(address)
  return ({client, endpoint, protocol}) => {
    const [to = '', port] = endpoint.split(':')
    if (isOwn(client) || isOwn(to)) return 'as the node'
    allows ??= policyJudge(view)
    const call = {from: client, to, protocol: protocol === 'tcp' ? 'TCP' : 'UDP', port: Number(port)} as const
    return allows(call) ? 'for the client' : 'not at all'
  }
}
