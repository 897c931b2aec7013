import {spawn, spawnSync} from 'node:child_process'
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as pause} from 'node:timers/promises'
import {startJudge} from '../judges/_kube-apiserver.ts'
import {main} from './_podlab.ts'

/*
 * One machine that is everything: etcd, a real kube-apiserver, and a node that podlab's agent makes of it. Runs in a network namespace of its own
 * and prints what came of each step, a line each.
 *
 *   lo 127.0.0.1: etcd, kube-apiserver ── podlab node join ── docker0 ── pod web
 *   eth0 10.0.20.11, a cable to nowhere
 */
const folder = mkdtempSync(join(tmpdir(), 'podlab-join-'))
for (const line of [
  'link set lo up',
  'link add eth0 type veth peer name far0',

  'address add 10.0.20.11/24 dev eth0',
  'link set eth0 up',
  'link set far0 up',
  'route add default via 10.0.20.254 dev eth0',
])
  spawnSync('ip', line.split(' '), {stdio: 'inherit'})

const judge = await startJudge()
const say = (line: string) => void process.stdout.write(`${line}\n`)
let agent = join_()
try {
  await play()
} catch (error) {
  say(`failed: ${(error as Error).message}`)
} finally {
  agent.kill('SIGKILL')
  await judge.stop()
  rmSync(folder, {recursive: true, force: true})
}
process.exit(0)

function join_() {
  const kubeconfig = join(folder, 'kubelet.conf')
  const text = {
    clusters: [
      {name: 'real', cluster: {server: `https://127.0.0.1:${judge.port}`, 'certificate-authority': judge.authority}},
    ],
    users: [{name: 'admin', user: {token: judge.token}}],
    contexts: [{name: 'real', context: {cluster: 'real', user: 'admin'}}],
    'current-context': 'real',
  }
  writeFileSync(kubeconfig, JSON.stringify(text))
  const words = [
    'node',
    'join',
    'node1',
    '--kubeconfig',
    kubeconfig,
    '--pod-subnet',
    '172.17.1.0/24',
    '--service-range',
    '10.96.0.0/16',
  ]
  return spawn(process.execPath, [main, ...words], {
    stdio: ['ignore', process.env.JOIN_LOG ? 'inherit' : 'ignore', 'inherit'],
  })
}

async function play(): Promise<void> {
  const node = await until('the node is ready', async () => {
    const found = await get('/api/v1/nodes/node1')
    return (
      found?.status?.conditions?.some(
        (one: {type: string; status: string}) => one.type === 'Ready' && one.status === 'True',
      ) && found
    )
  })
  say(`node ${node.metadata.name} ready, ${node.status.nodeInfo.containerRuntimeVersion}`)
  await post('/api/v1/namespaces/default/pods', {
    metadata: {name: 'web', labels: {app: 'web'}},
    spec: {nodeName: 'node1', terminationGracePeriodSeconds: 1, containers: [{name: 'main', image: 'luksa/kubia'}]},
  })
  const pod = await until('the pod runs', async () => {
    const found = await get('/api/v1/namespaces/default/pods/web')
    return found?.status?.phase === 'Running' && found
  })
  say(`pod web ${pod.status.phase} ${pod.status.podIP}`)
  say(`by its address: ${await hit(pod.status.podIP, 8080)}`)
  const version = (await get('/apis/discovery.k8s.io/v1')) ? 'v1' : 'v1beta1'
  await post('/api/v1/namespaces/default/services', {
    metadata: {name: 'web'},
    spec: {clusterIP: '10.96.7.7', ports: [{port: 80, targetPort: 8080}]},
  })
  await post(`/apis/discovery.k8s.io/${version}/namespaces/default/endpointslices`, {
    metadata: {name: 'web-1', labels: {'kubernetes.io/service-name': 'web'}},
    addressType: 'IPv4',
    endpoints: [{addresses: [pod.status.podIP], conditions: {ready: true}}],
    ports: [{name: '', port: 8080, protocol: 'TCP'}],
  })
  say(`by the Service: ${await until('the Service answers', async () => (await hit('10.96.7.7', 80)) || undefined)}`)
  const lease = await get('/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/node1')
  say(`lease of ${lease?.spec?.holderIdentity}`)
  const told = await until('events are told', async () => {
    const reasons = (await get('/api/v1/namespaces/default/events'))?.items.map(({reason}: {reason: string}) => reason)
    return reasons?.includes('Started') && reasons
  })
  say(`events ${['Pulled', 'Created', 'Started'].filter(reason => told.includes(reason)).join(' ')}`)
  agent.kill('SIGTERM')
  await until('the agent has ended', async () => agent.exitCode !== null || agent.signalCode !== null || undefined)
  agent = join_()
  const again = await until('the pod runs again', async () => {
    const found = await get('/api/v1/namespaces/default/pods/web')
    return found?.status?.containerStatuses?.[0]?.restartCount === 1 && found.status.phase === 'Running' && found
  })
  say(
    `after a restart of the agent: same address ${again.status.podIP === pod.status.podIP}, ${await until('it answers', async () => (await hit('10.96.7.7', 80)) || undefined)}`,
  )
  await judge.ask({method: 'DELETE', path: '/api/v1/namespaces/default/pods/web', headers: {}, body: undefined})
  await until(
    'the pod is gone',
    async () => (await get('/api/v1/namespaces/default/pods/web')) === undefined || undefined,
  )
  say('pod web gone')
}

// biome-ignore lint/suspicious/noExplicitAny: what a server of others says
async function get(path: string): Promise<any> {
  const {status, text} = await judge.ask({method: 'GET', path, headers: {}, body: undefined})
  return status === 200 ? JSON.parse(text) : undefined
}

async function post(path: string, object: object): Promise<void> {
  const headers = {'content-type': 'application/json'}
  const {status, text} = await judge.ask({method: 'POST', path, headers, body: JSON.stringify(object)})
  if (status !== 201) throw new Error(`POST ${path}: ${text}`)
}

async function hit(ip: string, port: number): Promise<string> {
  return spawnSync('curl', ['-s', '--max-time', '2', `http://${ip}:${port}`], {encoding: 'utf8'}).stdout.trim()
}

async function until<T>(what: string, look: () => Promise<T | undefined | false>): Promise<T> {
  const deadline = performance.now() + 60_000
  for (;;) {
    const seen = await look()
    if (seen) return seen
    if (performance.now() > deadline) throw new Error(`after 60 s still not so: ${what}`)
    await pause(100)
  }
}
