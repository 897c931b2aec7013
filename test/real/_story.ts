import type {TestFn} from 'ava'
import {kubectlsFound} from './_kubectl-found.ts'
import {type Account, eventually, makePlace} from './_podlab.ts'

/*
 * What a lab tells of its own work, with real rules behind it:
 *
 *        10.0.20.0/24, the underlay
 *     ┌─────────┴─────────┐
 *   node1               node2
 *   web                 client
 */
const labFile = `
nodes: [node1, node2]
manifests:
  - {apiVersion: v1, kind: Pod, metadata: {name: web, labels: {app: web}}, spec: {nodeName: node1, containers: [{name: main, image: luksa/kubia}]}}
  - {apiVersion: v1, kind: Pod, metadata: {name: client}, spec: {nodeName: node2, containers: [{name: main, image: busybox, command: [sleep, infinity]}]}}
  - {apiVersion: v1, kind: Service, metadata: {name: web}, spec: {clusterIP: 10.98.0.10, selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}}
`

export function storySuite(test: TestFn, account: Account): void {
  const place = makePlace(account)
  const name = place.name('story')

  test.serial.before(async t => {
    t.timeout(120_000)
    t.is((await place.podlab('up', place.lab(name, labFile))).code, 0)
  })
  test.after.always(async () => {
    await place.podlab('down', '--all')
    place.remove()
  })

  test.serial(
    `${account.name}: the story of a Service reaches from the lab file to the rules of every node`,
    async t => {
      const {code, stdout, stderr} = await place.podlab('story', 'svc/web')
      t.deepEqual([code, stderr], [0, ''])
      const lines = stdout.split('\n')
      t.is(lines[0], 'Service default/web')
      const has = (pattern: RegExp) =>
        t.true(
          lines.some(line => pattern.test(line)),
          `${pattern} in:\n${stdout}`,
        )
      has(/podlab +applied it from the lab file$/)
      has(/API server +created Service web \(revision \d+\)$/)
      has(/kubelet node1 +Pod web: has the address 172\.17\.\d+\.\d+, container main started, ready \(revision \d+\)$/)
      has(/endpoint-controller .*172\.17\.\d+\.\d+ \(web\) joins/)
      for (const node of ['node1', 'node2'])
        has(
          new RegExp(
            `kube-proxy ${node} +wrote KUBE-SVC-\\w+, which draws lots among 1 endpoint; wrote KUBE-SEP-\\w+: to`,
          ),
        )
    },
  )

  test.serial(`${account.name}: a pod that is deleted is taken out of the rules, and the story tells when`, async t => {
    if (kubectlsFound().length === 0) return void t.log('skipped: no kubectl is on the PATH')
    t.is((await place.podlab('kubectl', '--', 'delete', 'pod', 'web')).code, 0)
    // The rules follow the Endpoints when it is their turn.
    const after = await eventually('both nodes have written', async () => {
      const {stdout} = await place.podlab('story', 'svc/web')
      const [, text = ''] = stdout.split('DELETE /api/v1/namespaces/default/pods/web')
      return (text.match(/wrote a rule that refuses/g)?.length ?? 0) >= 2 && text
    })
    t.regex(after, /authenticated: kubernetes-admin of system:masters; its client certificate says so/)
    t.regex(after, /Pod web: is to end within 30 s/)
    t.regex(after, /Endpoints web: 172\.17\.\d+\.\d+ \(web\) leaves/)
    for (const node of ['node1', 'node2'])
      t.regex(after, new RegExp(`kube-proxy ${node}  +removed KUBE-SVC-\\w+, KUBE-SEP-\\w+; wrote a rule that refuses`))
  })

  test.serial(`${account.name}: who forgets the -- before kubectl's words is told where it stands`, async t => {
    if (kubectlsFound().length === 0) return void t.log('skipped: no kubectl is on the PATH')
    const {code, stderr} = await place.podlab('kubectl', name, 'get', 'pods')
    t.is(code, 1)
    t.true(stderr.endsWith(`stands --, as in: podlab kubectl ${name} -- get pods\n`), stderr)
  })

  test.serial(`${account.name}: a story as JSON says the same, with times for programs`, async t => {
    const {stdout} = await place.podlab('story', 'pod/client', '--json')
    const {of, present, lines} = JSON.parse(stdout)
    t.deepEqual([of, present], ['Pod default/client', true])
    t.like(lines[0], {begins: true, who: 'podlab', text: 'applied it from the lab file'})
    t.true(lines.some(({who, revision}: {who: string; revision?: number}) => who === 'kubelet node2' && revision))
    t.true(lines.every(({time, at}: {time: string; at: number}) => Math.abs(Date.parse(time) - at) < 1))
  })

  test.serial(`${account.name}: what never was has no story, and the message says how to look`, async t => {
    const {code, stdout, stderr} = await place.podlab('story', 'svc/wbe')
    t.deepEqual([code, stdout], [1, ''])
    t.regex(stderr, /^there is no Service default\/wbe, and there was none since [\d:.]+; did you mean "web"\?\n$/)
  })
}
