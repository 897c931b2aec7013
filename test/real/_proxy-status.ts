import type {TestFn} from 'ava'
import {type Account, makePlace} from './_podlab.ts'

/*
 * What kube-proxy says of itself on two nodes, and who hears it:
 *
 *     client outside ── 10.0.20.0/24 ──┬── master   no pod of the Service
 *                                      └── node1    one pod
 *
 *     127.0.0.1:10249 metrics     0.0.0.0:10256 health     0.0.0.0:31999 the Service's health check
 */
const labFile = `
cluster: {dns: false}
nodes:
  - {name: master, address: 10.0.20.4, podSubnet: 172.17.13.0/24}
  - {name: node1, address: 10.0.20.11, podSubnet: 172.17.12.0/24}
clients:
  - {name: outside, address: 10.0.20.100}
manifests:
  - apiVersion: v1
    kind: Pod
    metadata: {name: kubia, labels: {app: kubia}}
    spec: {nodeName: node1, containers: [{name: kubia, image: luksa/kubia}]}
  - apiVersion: v1
    kind: Service
    metadata: {name: kubia}
    spec:
      type: LoadBalancer
      externalTrafficPolicy: Local
      healthCheckNodePort: 31999
      selector: {app: kubia}
      ports: [{port: 80, targetPort: 8080}]
`

const local = (count: number) =>
  `{\n\t"service": {\n\t\t"namespace": "default",\n\t\t"name": "kubia"\n\t},\n\t"localEndpoints": ${count},\n\t"serviceProxyHealthy": true\n}`

export function proxyStatusSuite(test: TestFn, account: Account): void {
  const place = makePlace(account)
  const name = place.name('status')
  const curl = async (from: string, url: string) => {
    const {stdout} = await place.podlab(
      'exec',
      '-l',
      name,
      from,
      '--',
      'curl',
      '-s',
      '-m',
      '5',
      '-w',
      '\n%{http_code}',
      url,
    )
    return stdout.trim()
  }

  test.serial.before(async t => {
    t.timeout(120_000)
    const {code, stderr} = await place.podlab('up', place.lab(name, labFile))
    t.is(code, 0, stderr)
  })
  test.after.always(async () => {
    await place.podlab('down', '--all')
    place.remove()
  })

  test(`${account.name}: kube-proxy tells its node of its work, and nobody else`, async t => {
    t.timeout(120_000)
    const metrics = await curl('node/node1', 'http://127.0.0.1:10249/metrics')
    t.regex(metrics, /^# TYPE kubeproxy_sync_proxy_rules_duration_seconds histogram$/m)
    t.regex(metrics, /^kubeproxy_sync_proxy_rules_service_changes_total 2$/m)
    t.regex(metrics, /^kubeproxy_sync_proxy_rules_iptables_total\{table="nat"\} \d\d$/m)
    t.regex(metrics, /^kubeproxy_network_programming_duration_seconds_count \d/m)
    t.is(await curl('node/node1', 'http://127.0.0.1:10249/proxyMode'), 'iptables\n200')
    t.is(await curl('client/outside', 'http://10.0.20.11:10249/metrics'), '000')
  })

  test(`${account.name}: everybody may ask for the health of a node's kube-proxy`, async t => {
    t.timeout(120_000)
    for (const node of ['10.0.20.4', '10.0.20.11'])
      t.regex(await curl('client/outside', `http://${node}:10256/healthz`), /"nodeEligible": true\}\n200$/)
    t.regex(await curl('client/outside', 'http://10.0.20.4:10256/livez'), /^\{"lastUpdated": .*\n200$/)
  })

  test(`${account.name}: a health check port says where the Service's pods are`, async t => {
    t.timeout(120_000)
    t.is(await curl('client/outside', 'http://10.0.20.11:31999/'), `${local(1)}\n200`)
    t.is(await curl('client/outside', 'http://10.0.20.4:31999/'), `${local(0)}\n503`)
  })
}
