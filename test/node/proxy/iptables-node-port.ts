import test from 'ava'
import type {ProxyContext} from '../../../src/node/proxy/proxy-mode.ts'
import type {ServicePort} from '../../../src/node/proxy/service-port.ts'
import {endpoint, kubia, linesOf, node1, planned} from './_plan.ts'

const onNodes: ServicePort = {...kubia, nodePort: 30123, endpoints: kubia.endpoints.slice(1)}

/** All rules of the Service but those of its endpoints and of its cluster IP, which node ports do not change. */
const rules = test.macro((t, change: Partial<ServicePort>, context: Partial<ProxyContext>, expected: string) => {
  const lines = linesOf('XCCRWSFD2BRL7CRI|default/kubia', planned([{...onNodes, ...change}], {...node1, ...context}))
  t.is(byChain(lines.replace(/^.*(-A KUBE-SEP-|cluster IP).*\n/gm, '')), byChain(expected))
})

/** The order of chains means nothing, that of a chain's rules does. */
function byChain(lines: string): string {
  const chainOf = (line: string) => line.split(' ').slice(0, 3).join(' ')
  return lines
    .split(/(?<=\n)/)
    .sort((a, b) => (chainOf(a) < chainOf(b) ? -1 : chainOf(a) > chainOf(b) ? 1 : 0))
    .join('')
}

const [hash, local, remote] = ['XCCRWSFD2BRL7CRI', 'KUBE-SEP-OAO5ZWEZFCDCCOQO', 'KUBE-SEP-C4T46J3UJAW7WOUX']

const lead = `nat: -A KUBE-NODEPORTS -p tcp -m comment --comment "default/kubia" -m tcp --dport 30123 -j KUBE-EXT-${hash}\n`

const anyEndpoint = `nat: -A KUBE-SVC-${hash} -m comment --comment "default/kubia -> 172.17.12.3:8080" -m statistic --mode random --probability 0.50000000000 -j ${local}
nat: -A KUBE-SVC-${hash} -m comment --comment "default/kubia -> 172.17.13.2:8080" -j ${remote}
`

const shortCuts = `nat: -A KUBE-EXT-${hash} -s 172.17.0.0/16 -m comment --comment "pod traffic for default/kubia external destinations" -j KUBE-SVC-${hash}
nat: -A KUBE-EXT-${hash} -m comment --comment "masquerade LOCAL traffic for default/kubia external destinations" -m addrtype --src-type LOCAL -j KUBE-MARK-MASQ
nat: -A KUBE-EXT-${hash} -m comment --comment "route LOCAL traffic for default/kubia external destinations" -m addrtype --src-type LOCAL -j KUBE-SVC-${hash}
`

test(
  'with the policy Cluster every packet to the node port is masqueraded and goes to any endpoint',
  rules,
  {externalTrafficPolicy: 'Cluster'},
  {},
  `${lead}nat: -A KUBE-EXT-${hash} -m comment --comment "masquerade traffic for default/kubia external destinations" -j KUBE-MARK-MASQ
nat: -A KUBE-EXT-${hash} -j KUBE-SVC-${hash}
${anyEndpoint}`,
)

test(
  'with the policy Local a client reaches endpoints of this node, as itself; pods and the node reach any',
  rules,
  {externalTrafficPolicy: 'Local'},
  {},
  `${lead}${shortCuts}nat: -A KUBE-EXT-${hash} -j KUBE-SVL-${hash}
${anyEndpoint}nat: -A KUBE-SVL-${hash} -m comment --comment "default/kubia -> 172.17.12.3:8080" -j ${local}
`,
)

test(
  'with the policy Local a node without endpoints drops what comes from outside',
  rules,
  {externalTrafficPolicy: 'Local'},
  {nodeName: 'node7'},
  `filter: -A KUBE-EXTERNAL-SERVICES -p tcp -m comment --comment "default/kubia has no local endpoints" -m addrtype --dst-type LOCAL -m tcp --dport 30123 -j DROP
${lead}${shortCuts}${anyEndpoint}`,
)

test(
  'without a cluster CIDR nobody knows pods from clients',
  rules,
  {externalTrafficPolicy: 'Local'},
  {nodeName: 'node7', clusterCidr: undefined as never},
  `filter: -A KUBE-EXTERNAL-SERVICES -p tcp -m comment --comment "default/kubia has no local endpoints" -m addrtype --dst-type LOCAL -m tcp --dport 30123 -j DROP
${lead}${shortCuts.replace(/^.*pod traffic.*\n/, '')}${anyEndpoint}`,
)

test(
  'without endpoints the node port is rejected',
  rules,
  {endpoints: []},
  {},
  `filter: -A KUBE-EXTERNAL-SERVICES -p tcp -m comment --comment "default/kubia has no endpoints" -m addrtype --dst-type LOCAL -m tcp --dport 30123 -j REJECT --reject-with icmp-port-unreachable
filter: -A KUBE-SERVICES -d 10.98.237.175/32 -p tcp -m comment --comment "default/kubia has no endpoints" -m tcp --dport 80 -j REJECT --reject-with icmp-port-unreachable
`,
)

test('the policies for packets from inside and from outside do not depend on each other', t => {
  const both = planned([{...onNodes, internalTrafficPolicy: 'Local', externalTrafficPolicy: 'Cluster'}])
  const lines = linesOf('default/kubia|XCCRW', both)
  t.regex(lines, /default\/kubia cluster IP" -m tcp --dport 80 -j KUBE-SVL-/)
  t.regex(lines, /-A KUBE-EXT-XCCRWSFD2BRL7CRI -j KUBE-SVC-/)
  t.is(lines.match(/-j DNAT/g)?.length, 2)
})

test('an endpoint that is not ready is none for the node port either', t => {
  const sleeping = {...onNodes, endpoints: [endpoint('172.17.12.2', 8080, {ready: false})]}
  t.regex(linesOf('kubia', planned([sleeping])), /KUBE-EXTERNAL-SERVICES .* -j REJECT/)
})
