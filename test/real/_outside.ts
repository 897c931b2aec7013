import type {ExecutionContext, TestFn} from 'ava'
import {peersOf} from '../../src/exercise/connections.ts'
import {type Account, makePlace} from './_podlab.ts'

/*
 * What comes into the cluster, and what goes out:
 *
 *    laptop 10.0.20.100                     203.0.113.10 (the internet)
 *          └──────── 10.0.20.0/24, the underlay ── router ──┘
 *             ┌───────────────┴────────────────┐
 *      eth0 10.0.20.4                   eth0 10.0.20.11
 *   ┌─ far ───────────────┐          ┌─ near ─────────────┐
 *   │ inNode (10.0.20.4)  │          │ web                │
   │ other               │          │                    │
 *   └─────────────────────┘          └────────────────────┘
 *
 * Node ports: 30080 any (web), 30081 local (web), 30082 hosted (inNode), 30083 empty.
 */
const labFile = `
nodes:
  - {name: far, address: 10.0.20.4, podSubnet: 172.17.13.0/24}
  - {name: near, address: 10.0.20.11, podSubnet: 172.17.12.0/24}
clients:
  - {name: laptop, address: 10.0.20.100}
internet:
  - 203.0.113.10
manifests:
  - {apiVersion: v1, kind: Pod, metadata: {name: web, labels: {app: web}}, spec: {nodeName: near, containers: [{name: main, image: luksa/kubia}]}}
  - {apiVersion: v1, kind: Pod, metadata: {name: other}, spec: {nodeName: far, containers: [{name: main, image: curlimages/curl, command: [sleep, infinity]}]}}
  - apiVersion: v1
    kind: Pod
    metadata: {name: innode, labels: {app: innode}}
    spec: {hostNetwork: true, nodeName: far, containers: [{name: main, image: luksa/kubia, ports: [{containerPort: 8080}]}]}
  - {apiVersion: v1, kind: Service, metadata: {name: any}, spec: {type: NodePort, selector: {app: web}, ports: [{port: 80, targetPort: 8080, nodePort: 30080}]}}
  - {apiVersion: v1, kind: Service, metadata: {name: local}, spec: {type: NodePort, externalTrafficPolicy: Local, selector: {app: web}, ports: [{port: 80, targetPort: 8080, nodePort: 30081}]}}
  - {apiVersion: v1, kind: Service, metadata: {name: hosted}, spec: {type: NodePort, selector: {app: innode}, ports: [{port: 80, targetPort: 8080, nodePort: 30082}]}}
  - {apiVersion: v1, kind: Service, metadata: {name: balanced}, spec: {type: LoadBalancer, loadBalancerIP: 10.0.40.20, selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}}
  - {apiVersion: v1, kind: Service, metadata: {name: near}, spec: {type: LoadBalancer, loadBalancerIP: 10.0.40.21, externalTrafficPolicy: Local, selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}}
  - {apiVersion: v1, kind: Service, metadata: {name: closed}, spec: {type: LoadBalancer, loadBalancerIP: 10.0.40.22, loadBalancerSourceRanges: [10.0.20.4/32], selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}}
  - {apiVersion: v1, kind: Service, metadata: {name: external}, spec: {externalIPs: [10.0.40.23, 10.0.20.4], selector: {app: web}, ports: [{port: 81, targetPort: 8080}]}}
  - {apiVersion: v1, kind: Service, metadata: {name: nobody}, spec: {type: LoadBalancer, loadBalancerIP: 10.0.40.24, selector: {app: nobody}, ports: [{port: 80}]}}
  - {apiVersion: v1, kind: Service, metadata: {name: empty}, spec: {type: NodePort, selector: {app: nobody}, ports: [{port: 80, nodePort: 30083}]}}
`

const [far, near] = ['10.0.20.4', '10.0.20.11']

/** What packets from outside and to outside do, for an account. */
export function outsideSuite(test: TestFn, account: Account, profile = 'v1.30'): void {
  const place = makePlace(account)
  const name = place.name('outside')
  const lab = place.lab(name, `cluster: {proxy: {profile: ${profile}}}${labFile}`)
  const {podlab} = place
  const inLab = (target: string, ...argv: readonly string[]) => podlab('exec', '--lab', name, target, '--', ...argv)
  const curlsWithin = async (seconds: number, target: string, urls: readonly string[]) => {
    const script = `for url; do curl -sS --max-time ${seconds} "http://$url" 2>/dev/null || echo $?; done`
    return (await inLab(target, 'sh', '-c', script, 'sh', ...urls)).stdout.trimEnd().split('\n')
  }
  /** What each request was answered, or how curl ended: 7 for refused, 28 for no answer. */
  const curls = (target: string, ...urls: readonly string[]) => curlsWithin(10, target, urls)
  /** The same of one that nobody is to answer. */
  const silence = (target: string, url: string) => curlsWithin(1, target, [url])

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

  /** Whom the pod takes its client for, while a connection of that client to `to` is open. */
  async function seenBy(pod: string, client: string, to: string, t: ExecutionContext): Promise<readonly string[]> {
    const [host = '', port = ''] = to.split(':')
    const known = await peersAt(pod)
    const words = ['busybox', 'nc', host, port, '-e', 'sleep', '20']
    const connection = place.start(['exec', '--lab', name, client, '--', ...words])
    t.teardown(() => connection.child.kill('SIGKILL'))
    for (let attempts = 0; attempts < 30; attempts++) {
      const fresh = (await peersAt(pod)).filter(peer => !known.includes(peer))
      if (fresh.length > 0) return fresh.map(peer => peer.split(':')[0] ?? '')
    }
    return []
  }

  async function peersAt(pod: string): Promise<readonly string[]> {
    const {stdout} = await inLab(pod, 'cat', '/proc/net/tcp', '/proc/net/tcp6')
    return peersOf(stdout, 8080).map(({address, port}) => `${address}:${port}`)
  }

  const hit = (pod: string) => `You've hit ${pod}`

  fact('a client reaches a node port on every node, also where there is no endpoint', async t => {
    t.deepEqual(await curls('client/laptop', `${far}:30080`, `${near}:30080`), [hit('web'), hit('web')])
  })

  for (const target of ['node/far', 'node/near', 'pod/web'])
    fact(`${target} reaches it, too, by every address of its own`, async t => {
      const addresses = [far, near, ...(target === 'pod/web' ? [] : ['127.0.0.1'])]
      t.deepEqual(
        await curls(target, ...addresses.map(address => `${address}:30080`)),
        addresses.map(() => hit('web')),
      )
    })

  fact('with the policy Local only the node of the pod answers a client; others keep silent', async t => {
    t.deepEqual(await curls('client/laptop', `${near}:30081`), [hit('web')])
    t.deepEqual(await silence('client/laptop', `${far}:30081`), ['28'])
    t.deepEqual(await curls('node/far', `${far}:30081`), [hit('web')], 'the node itself is no client')
    t.deepEqual(await curls('pod/other', `${far}:30081`), [hit('web')], 'nor is a pod of it')
    t.deepEqual(await silence('pod/web', `${far}:30081`), ['28'], 'but another node has masqueraded its pods')
  })

  fact('nobody is behind a Service without endpoints, and it says so', async t => {
    t.deepEqual(await curls('client/laptop', `${far}:30083`), ['7'])
  })

  fact('with the policy Cluster the pod sees the node, with Local the client', async t => {
    // A packet that far masquerades leaves it by flannel.1, whose address is the first of far's subnet.
    t.deepEqual(await seenBy('pod/web', 'client/laptop', `${far}:30080`, t), ['172.17.13.0'])
    t.deepEqual(await seenBy('pod/web', 'client/laptop', `${near}:30081`, t), ['10.0.20.100'])
  })

  fact('a load balancer answers clients, nodes and pods alike', async t => {
    for (const target of ['client/laptop', 'node/far', 'node/near', 'pod/web', 'pod/other'])
      t.deepEqual(await curls(target, '10.0.40.20'), [hit('web')], target)
  })

  fact('with the policy Local the node of the pod takes the packets, and the pod sees the client', async t => {
    t.deepEqual(await seenBy('pod/web', 'client/laptop', '10.0.40.21:80', t), ['10.0.20.100'])
  })

  fact('a load balancer with source ranges drops everybody else', async t => {
    t.deepEqual(await silence('client/laptop', '10.0.40.22'), ['28'])
    t.deepEqual(await curls('node/far', '10.0.40.22'), [hit('web')])
  })

  fact('external IPs answer, those of a node and those of the pool', async t => {
    t.deepEqual(await curls('client/laptop', '10.0.40.23:81', `${far}:81`), [hit('web'), hit('web')])
  })

  fact('a load balancer with nobody behind it refuses, and one that is not there is unreachable', async t => {
    t.deepEqual(await curls('client/laptop', '10.0.40.24', '10.0.40.99'), ['7', '7'])
  })

  fact("a pod in its node's network has the node's address and name, and can be an endpoint", async t => {
    t.deepEqual(await curls('client/laptop', `${far}:8080`, `${near}:30082`), [hit('far'), hit('far')])
    const look = 'hostname; cat /etc/hosts; readlink /proc/self/ns/net'
    const {stdout} = await inLab('pod/innode', 'sh', '-c', look)
    const netns = (await inLab('node/far', 'readlink', '/proc/self/ns/net')).stdout
    t.is(stdout, `far\n# Kubernetes-managed hosts file (host network).\n127.0.0.1\tlocalhost\n127.0.1.1\tfar\n${netns}`)
  })

  fact("the internet sees a pod's node, and a client itself", async t => {
    const from = (address: string) => [`You came from ${address}`]
    t.deepEqual(await curls('pod/web', '203.0.113.10'), from(near))
    t.deepEqual(await curls('pod/innode', '203.0.113.10'), from(far))
    t.deepEqual(await curls('client/laptop', '203.0.113.10'), from('10.0.20.100'))
    t.is((await inLab('pod/web', 'ping', '-c', '1', '-W', '10', '203.0.113.10')).code, 0)
  })

  fact('the rest of the world does not exist, and the router says so', async t => {
    t.deepEqual(await curls('pod/web', '203.0.113.11'), ['7'])
    t.deepEqual(await curls('client/laptop', '172.17.12.2:8080'), ['7'], 'nobody outside knows the pod network')
  })
}
