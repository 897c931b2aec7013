import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import type {ExecutionContext, TestFn} from 'ava'
import {kubectlsFound} from './_kubectl-found.ts'
import {type Account, makePlace} from './_podlab.ts'

/*
 * Two nodes with both families, a client outside, and two Services: `both` has an address of each, `nobody` no endpoints.
 *
 *   laptop fd00:10:0:20::64
 *     └──────┬──────── fd00:10:0:20::/64, beside 10.0.20.0/24 ───────┐
 *      eth0 ::b                                                eth0 ::c
 *   ┌─ node1 fd00:172:17:1::/64 ─┐  flannel-v6.1   ┌─ node2 fd00:172:17:2::/64 ─┐
 *   │ a ::2   client ::3         │ ◀═════════════▶ │ b ::2                      │
 *   └────────────────────────────┘                 └────────────────────────────┘
 */
const pod = (name: string, node: string, image: string) =>
  `{apiVersion: v1, kind: Pod, metadata: {name: ${name}, labels: {app: ${image === 'curlimages/curl' ? 'client' : 'web'}}}, spec: {nodeName: ${node}, containers: [{name: main, image: ${image}${image === 'curlimages/curl' ? ', command: [sleep, infinity]' : ''}}]}}`
const service = (name: string, last: number, more: string) =>
  `{apiVersion: v1, kind: Service, metadata: {name: ${name}}, spec: {${more}ipFamilyPolicy: RequireDualStack, clusterIP: 10.96.0.${last}, clusterIPs: [10.96.0.${last}, "fd00:10:96::${last}"], ports: [{port: 80, targetPort: 8080${name === 'both' ? ', nodePort: 30080' : ''}}]}}`
const labFile = `cluster: {ipFamilies: [IPv4, IPv6]}
nodes: [node1, node2]
clients: [{name: laptop, address: 10.0.20.100}]
manifests:
  - ${pod('a', 'node1', 'luksa/kubia')}
  - ${pod('b', 'node2', 'luksa/kubia')}
  - ${pod('client', 'node1', 'curlimages/curl')}
  - ${service('both', 50, 'type: NodePort, selector: {app: web}, ')}
  - ${service('nobody', 51, 'selector: {app: none}, ')}
`

const policy = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: closed}
spec: {podSelector: {matchLabels: {app: web}}, ingress: [{from: [{ipBlock: {cidr: 'fd00:172:17:2::/64'}}]}]}
`

/** What packets of IPv6 do in a dual-stack lab, for an account. */
export function dualStackSuite(test: TestFn, account: Account): void {
  const place = makePlace(account)
  const name = place.name('dual')
  const lab = place.lab(name, labFile)
  const {podlab} = place
  const inLab = (target: string, ...argv: readonly string[]) => podlab('exec', '--lab', name, target, '--', ...argv)
  /** What each request was answered, or how curl ended: 7 for refused, 28 for no answer. */
  const curls = async (target: string, ...urls: readonly string[]) => {
    const script = 'for url; do curl -sSg --max-time 3 "http://$url" 2>/dev/null || echo $?; done'
    return (await inLab(target, 'sh', '-c', script, 'sh', ...urls)).stdout.trimEnd().split('\n')
  }
  /* What kubectl has changed the nodes do in their own time. */
  const become = async (t: ExecutionContext, look: () => Promise<readonly string[]>, expected: readonly string[]) => {
    let seen = await look()
    for (let tries = 0; tries < 30 && seen.join() !== expected.join(); tries++) seen = await look()
    t.deepEqual(seen, expected)
  }
  const set = async (t: ExecutionContext, setting: string, value: string) =>
    t.is((await podlab('set', '--lab', name, setting, value)).code, 0)
  const hits = (answers: readonly string[]) => answers.every(answer => /^You've hit [ab]$/.test(answer))
  const kubectl = (...argv: readonly string[]) => podlab('kubectl', name, '--', ...argv)

  test.serial.before(async t => {
    const {code, stderr} = await podlab('up', lab)
    t.deepEqual({code, stderr}, {code: 0, stderr: ''})
  })
  test.after.always(async () => {
    await podlab('down', '--all')
    place.remove()
  })
  const fact = (title: string, run: (t: ExecutionContext) => Promise<void>) =>
    test.serial(`${account.name}: ${title}`, run)

  const [a, b] = ['[fd00:172:17:1::2]:8080', '[fd00:172:17:2::2]:8080']

  for (const overlay of ['vxlan', 'host-gw'])
    fact(`pods reach each other by IPv6 over ${overlay}`, async t => {
      await set(t, 'overlay', overlay)
      t.deepEqual(await curls('pod/client', a, b), ["You've hit a", "You've hit b"])
      const {stdout} = await inLab('pod/client', 'ping', '-6', '-c1', '-W2', 'fd00:172:17:2::2')
      t.regex(stdout, /1 received/)
    })

  fact('an overlay and a mode without IPv6 are refused, and change nothing', async t => {
    for (const [setting, value] of [
      ['overlay', 'udp'],
      ['proxy', 'userspace'],
    ] as const) {
      const {code, stderr} = await podlab('set', '--lab', name, setting, value)
      t.not(code, 0)
      t.regex(stderr, /dual-stack/)
    }
    t.deepEqual(await curls('pod/client', b), ["You've hit b"])
  })

  for (const mode of ['iptables', 'nftables'])
    fact(`in ${mode} mode a Service answers at its address of either family, and at its node port`, async t => {
      await set(t, 'proxy', mode)
      t.true(hits(await curls('pod/client', '10.96.0.50', '[fd00:10:96::50]', '[fd00:10:96::50]')))
      t.true(hits(await curls('node/node2', '[fd00:10:96::50]')))
      t.true(hits(await curls('pod/a', '[fd00:10:96::50]', '[fd00:10:96::50]', '[fd00:10:96::50]', '[fd00:10:96::50]')))
      t.true(hits(await curls('client/laptop', '[fd00:10:0:20::b]:30080', '[fd00:10:0:20::c]:30080')))
      t.deepEqual(await curls('pod/client', '[fd00:10:96::51]'), ['7'], 'nobody is there')
      t.deepEqual(await curls('node/node1', '[::1]:30080'), ['7'], 'a node port is not at ::1')
    })

  const byKubectl = (title: string, run: (t: ExecutionContext) => Promise<void>) =>
    kubectlsFound().length > 0 ? fact(title, run) : test.skip(`${account.name}: ${title}: no kubectl`, () => undefined)

  byKubectl('a policy holds for both families', async t => {
    t.deepEqual(await curls('pod/client', a, '172.17.1.2:8080'), ["You've hit a", "You've hit a"])
    const file = join(place.folder, 'policy.yaml')
    writeFileSync(file, policy)
    t.is((await kubectl('apply', '-f', file)).code, 0)
    await become(t, () => curls('pod/client', a, '172.17.1.2:8080'), ['28', '28'])
    t.deepEqual(await curls('pod/b', a, '172.17.1.2:8080'), ["You've hit a", '28'], 'only that block may, by IPv6')
    await kubectl('delete', 'networkpolicy', 'closed')
    await become(t, () => curls('pod/client', a), ["You've hit a"])
  })

  byKubectl('a Service that gives its second family back is not there any more', async t => {
    const patch = '{"spec":{"ipFamilyPolicy":"SingleStack"}}'
    t.is((await kubectl('patch', 'service', 'both', '-p', patch)).code, 0)
    const words = ['endpointslices', '-l', 'kubernetes.io/service-name=both', '-o', 'jsonpath={.items[*].addressType}']
    await become(t, async () => [(await kubectl('get', ...words)).stdout], ['IPv4'])
    t.true(hits(await curls('pod/client', '10.96.0.50')))
    const byIpv6 = async () => [String(hits(await curls('pod/client', '[fd00:10:96::50]')))]
    await become(t, byIpv6, ['false'])
  })

  fact('a lab that does not ask for it has none in its pods', async t => {
    const plain = place.name('plain')
    const text = `manifests:\n  - ${pod('a', 'node1', 'luksa/kubia')}\n`
    t.is((await podlab('up', place.lab(plain, text))).code, 0)
    const {stdout} = await podlab('exec', '--lab', plain, 'pod/a', '--', 'ip', '-6', 'addr')
    t.false(stdout.includes('fd00'), stdout)
  })
}
