import {join} from 'node:path'
import {setTimeout} from 'node:timers/promises'
import type {ExecutionContext, TestFn} from 'ava'
import {ask} from '../../src/cluster/control.ts'
import type {KubeObject} from '../../src/objects/kube-object.ts'
import {type Account, makePlace, sessionFolder} from './_podlab.ts'

/*
 * Somebody changes by hand what is a component's own; with `reconcile: never` it stays, else it is mended:
 *
 *   far 10.0.20.4 ── 172.17.13.0/24        near 10.0.20.11 ── 172.17.12.0/24
 */
const labFile = (reconcile: string, mode: string) => `
cluster: {proxyMode: ${mode}, reconcile: {kube-proxy: ${reconcile}, flannel: ${reconcile}}}
nodes:
  - {name: far, address: 10.0.20.4, podSubnet: 172.17.13.0/24}
  - {name: near, address: 10.0.20.11, podSubnet: 172.17.12.0/24}
manifests:
  - {apiVersion: v1, kind: Pod, metadata: {name: web, labels: {app: web}}, spec: {nodeName: near, containers: [{name: main, image: luksa/kubia}]}}
`

function service(name: string, clusterIP: string): KubeObject {
  const spec = {clusterIP, selector: {app: 'web'}, ports: [{port: 80, targetPort: 8080}]}
  return {apiVersion: 'v1', kind: 'Service', metadata: {name, namespace: 'default'}, spec} as KubeObject
}

/** What becomes of changes by hand, for an account, in a mode of kube-proxy. */
export function handSuite(test: TestFn, account: Account, mode: 'iptables' | 'nftables'): void {
  const place = makePlace(account)
  test.after.always(async () => {
    await place.podlab('down', '--all')
    place.remove()
  })
  const flush = ['nat', 'filter', 'mangle'].map(table => `iptables -t ${table} -F; iptables -t ${table} -X`).join('; ')
  const removal = mode === 'iptables' ? flush : 'nft delete table ip kube-proxy'
  const left = mode === 'iptables' ? 'iptables-save | grep -F 10.96.3.1/' : 'nft list tables | grep -F kube-proxy'

  async function started(t: ExecutionContext, reconcile: 'always' | 'never') {
    t.timeout(180_000)
    const name = place.name(reconcile)
    const {code, stderr} = await place.podlab('up', place.lab(name, labFile(reconcile, mode)))
    t.is(code, 0, stderr)
    const socket = join(sessionFolder(place, name), 'control.sock')
    const node = async (...words: readonly string[]) =>
      (await place.podlab('exec', '--lab', name, 'node/far', '--', ...words)).stdout
    const apply = async (...objects: readonly KubeObject[]) => {
      await ask(socket, 'apply', {objects})
      return ask(socket, 'settled', {withinMs: 30_000})
    }
    const set = (setting: string, value: string) => ask(socket, 'set', {name: setting, value})
    const settled = () => ask(socket, 'settled', {withinMs: 30_000})
    return {node, apply, set, settled}
  }

  const hit = (ip: string) => ['curl', '-s', '-m', '2', `http://${ip}`]

  test(`${account.name}, ${mode}: with reconcile: never what a hand has changed stays, and is told`, async t => {
    const {node, apply, set, settled} = await started(t, 'never')
    await apply(service('one', '10.96.3.1'))
    t.is(await node(...hit('10.96.3.1')), "You've hit web\n", 'until then all is written')
    await node('sh', '-c', removal)
    const {notes} = await apply(service('two', '10.96.3.2'))
    t.is(await node(...hit('10.96.3.2')), '')
    t.true(
      notes.some(note => note.startsWith('kube-proxy leaves its rules alone')),
      notes.join('\n'),
    )

    await node('ip', 'route', 'del', '172.17.12.0/24')
    await set('overlay', 'host-gw')
    t.true((await settled()).notes.some(note => note.startsWith('flannel leaves its routes alone')))
    t.is(await node('ip', 'route', 'show', '172.17.12.0/24'), '')
  })

  test(`${account.name}, ${mode}: otherwise the component that writes next mends it`, async t => {
    const {node, apply, set, settled} = await started(t, 'always')
    await apply(service('one', '10.96.3.1'))
    // At one go: kube-proxy may look at any moment.
    t.is(await node('sh', '-c', `${removal}; ${left}; echo looked`), 'looked\n', 'it is gone')
    // The real one, too, sees a table of nftables that has gone when it has something to write only.
    if (mode === 'nftables') await apply(service('two', '10.96.3.2'))
    const deadline = performance.now() + 90_000
    let said = ''
    while (said === '' && performance.now() < deadline) {
      await setTimeout(500)
      said = await node(...hit('10.96.3.1'))
    }
    t.is(said, "You've hit web\n", 'kube-proxy looks for its canaries every 30 s')

    await node('ip', 'route', 'del', '172.17.12.0/24')
    await set('overlay', 'host-gw')
    await settled()
    t.regex(await node('ip', 'route', 'show', '172.17.12.0/24'), /via 10\.0\.20\.11/)
  })
}
