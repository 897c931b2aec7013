import {isDeepStrictEqual} from 'node:util'
import type {ExecutionContext, TestFn} from 'ava'
import {type Account, makePlace} from './_podlab.ts'

/*
 * A node whose agent is a process of its own, which reaches the API server over the underlay as everybody does:
 *
 *   n1 (agent in the daemon) ── underlay ── n2 (agent outside)
 *   client, web                  │          web
 *                                API server 10.0.20.254:6443
 */
const labFile = `
nodes: [{name: n1}, {name: n2, outside: true}]
manifests:
  - {apiVersion: v1, kind: Pod, metadata: {name: client}, spec: {nodeName: n1, containers: [{name: main, image: curlimages/curl, command: [sleep, infinity]}]}}
  - apiVersion: apps/v1
    kind: DaemonSet
    metadata: {name: web}
    spec:
      selector: {matchLabels: {app: web}}
      template:
        metadata: {labels: {app: web}}
        spec: {containers: [{name: main, image: luksa/kubia}]}
  - {apiVersion: v1, kind: Service, metadata: {name: web}, spec: {clusterIP: 10.96.7.7, selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}}
  - {apiVersion: v1, kind: Service, metadata: {name: far}, spec: {clusterIP: 10.96.7.8, selector: {app: far}, ports: [{port: 80, targetPort: 8080}]}}
  - {apiVersion: v1, kind: Pod, metadata: {name: far, labels: {app: far}}, spec: {nodeName: n2, containers: [{name: main, image: luksa/kubia}]}}
`

const url = 'http://10.96.7.8'

export function joins(test: TestFn, account: Account): void {
  const title = (words: string) => `${account.name}: ${words}`

  async function world(t: ExecutionContext) {
    const place = makePlace(account)
    const name = place.name('join')
    t.teardown(async () => {
      await place.podlab('down', '--all')
      place.remove()
    })
    const good = async (...words: readonly string[]) => {
      const {code, stdout, stderr} = await place.podlab(...words)
      t.is(code, 0, `podlab ${words.join(' ')}: ${stderr}`)
      return stdout
    }
    const on = (target: string, ...words: readonly string[]) => good('exec', target, '--', ...words)
    await good('up', place.lab(name, labFile))
    return {place, good, on}
  }

  test.serial(title('an agent outside runs pods and Services, and speaks to nobody but the API server'), async t => {
    const {place, good, on} = await world(t)
    t.is(await on('pod/client', 'curl', '-s', '--max-time', '5', url), "You've hit far\n", 'from another node')
    t.is(await on('node/n2', 'curl', '-s', '--max-time', '5', url), "You've hit far\n", 'by its own rules')
    t.regex(await on('node/n2', 'iptables-save', '-t', 'nat'), /-A KUBE-SERVICES -d 10\.96\.7\.8\/32 /)
    t.regex(await on('node/n2', 'cat', '/run/flannel/subnet.env'), /^FLANNEL_NETWORK=172\.17\.0\.0\/16\n/)
    const peers = (await on('node/n2', 'ss', '-Htn', 'state', 'established')).trim().split('\n')
    t.deepEqual([...new Set(peers.map(line => line.trim().split(/\s+/).at(-1)))], ['10.0.20.254:6443'])
    const events = await good('kubectl', '--', 'get', 'events', '-A', '-o', 'jsonpath={.items[*].source.host}')
    t.regex(events, /\bn2\b/, 'it tells what it does')
    const lease = await good(
      'kubectl',
      '--',
      '-n',
      'kube-node-lease',
      'get',
      'lease',
      'n2',
      '-o',
      'jsonpath={.spec.holderIdentity}',
    )
    t.is(lease, 'n2')
    t.is(await on('pod/far', 'hostname'), 'far\n', 'podlab gets into its pods')
    t.is(await good('kubectl', '--', 'exec', 'far', '--', 'hostname'), 'far\n', 'and so does kubectl')
    t.regex(await good('kubectl', '--', 'logs', 'far'), /^Kubia server starting/)
    t.regex(await good('logs', 'far'), /^Kubia server starting/)
    await good('set', 'overlay', 'host-gw')
    await eventuallySo('the node has done it', async () => /via 10\.0\.20\.11/.test(await on('node/n2', 'ip', 'route')))
    t.is(await on('pod/client', 'curl', '-s', '--max-time', '5', url), "You've hit far\n")
    t.regex(
      (await place.podlab('node', 'stop', 'n1')).stderr,
      /n1 is no node with an agent of its own; such nodes are n2/,
    )
    t.regex((await place.podlab('node', 'start', 'n2')).stderr, /the agent of n2 runs already/)
  })

  test.serial(
    title('a node whose agent is killed is given up, and takes up where it was when the agent is back'),
    async t => {
      const {place, good, on} = await world(t)
      const rules = async () =>
        (await on('node/n2', 'iptables-save'))
          .replace(/^[#:].*\n/gm, '')
          .split('\n')
          .sort()
      const ready = async () =>
        good('kubectl', '--', 'get', 'node', 'n2', '-o', 'jsonpath={.status.conditions[?(@.type=="Ready")].status}')
      const pod = async () =>
        good('kubectl', '--', 'get', 'pod', 'far', '-o', 'jsonpath={.metadata.uid} {.status.podIP}')
      const before = {rules: await rules(), pod: await pod()}
      t.regex(await good('node', 'stop', 'n2'), /^The agent of n2 is gone, and its pods with it\./)
      t.is((await place.podlab('exec', 'pod/client', '--', 'curl', '-s', '--max-time', '2', url)).stdout, '')
      await eventuallySo('the node is not ready', async () => (await ready()) === 'Unknown')
      await good('node', 'start', 'n2')
      await eventuallySo('the node is ready again', async () => (await ready()) === 'True')
      await eventuallySo('the pod answers', async () =>
        (await place.podlab('exec', 'pod/client', '--', 'curl', '-s', '--max-time', '2', url)).stdout.includes('far'),
      )
      t.is(await pod(), before.pod)
      const isAsBefore = async () => isDeepStrictEqual(await rules(), before.rules)
      await eventuallySo('the rules are as before', isAsBefore).catch(() => undefined) // it is told below
      t.deepEqual(await rules(), before.rules, 'no rule is there twice')
    },
  )
}

/* As `eventually`, of something that has to be asked for. */
async function eventuallySo(what: string, look: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 90_000
  while (!(await look())) if (performance.now() > deadline) throw new Error(`after 90 s still not so: ${what}`)
}
