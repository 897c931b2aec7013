import test from 'ava'
import fc from 'fast-check'
import {printDuration} from '../../src/objects/age.ts'
import {type KindName, kinds} from '../../src/objects/kinds.ts'
import type {KubeObject} from '../../src/objects/kube-object.ts'
import type {Column} from '../../src/objects/table.ts'
import {parseTable, printTable, tableOf} from '../../src/objects/table.ts'
import {sampleNamespace, sampleNode, samplePod, sampleReplicaSet, sampleService} from './_samples.ts'

const born = '2025-01-01T00:00:00Z'
const now = Date.parse(born) + 130_000

type Sample = KubeObject & {readonly kind: KindName}
type Options = {readonly wide?: boolean; readonly withNamespace?: boolean}

const prints = test.macro<[Sample, Options, string]>({
  exec: (t, object, options, expected) => {
    const aged = {...object, metadata: {...object.metadata, creationTimestamp: born}}
    const columns: readonly Column<KubeObject>[] = kinds[object.kind].columns
    t.is(printTable(tableOf(columns, [aged], {now, ...options})), expected.slice(1))
  },
  title: (_, object, options) =>
    `a ${object.kind} prints as kubectl prints it ${JSON.stringify(options)} ${object.metadata.name}`,
})

test(
  prints,
  samplePod('kubia-7rt2n'),
  {},
  `
NAME          READY   STATUS    RESTARTS   AGE
kubia-7rt2n   0/1     Unknown   0          2m10s
`,
)
const running = samplePod('web', {
  spec: {nodeName: 'node1'},
  status: {
    phase: 'Running',
    podIP: '172.17.12.2',
    containerStatuses: [
      {
        name: 'kubia',
        image: 'luksa/kubia',
        imageID: '',
        ready: true,
        restartCount: 2,
        state: {running: {}},
        lastState: {terminated: {exitCode: 1, finishedAt: '2025-01-01T00:01:00Z'}},
      },
    ],
  },
})
test(
  prints,
  running,
  {wide: true},
  `
NAME   READY   STATUS    RESTARTS      AGE     IP            NODE    NOMINATED NODE   READINESS GATES
web    1/1     Running   2 (70s ago)   2m10s   172.17.12.2   node1   <none>           <none>
`,
)
test(
  prints,
  {...running, metadata: {...running.metadata, name: 'going', deletionTimestamp: born}},
  {withNamespace: true},
  `
NAMESPACE   NAME    READY   STATUS        RESTARTS      AGE
default     going   1/1     Terminating   2 (70s ago)   2m10s
`,
)
test(
  prints,
  sampleService('kubia', {clusterIP: '10.98.237.175', ports: [{port: 80}, {port: 53, protocol: 'UDP'}]}),
  {wide: true},
  `
NAME    TYPE        CLUSTER-IP      EXTERNAL-IP   PORT(S)         AGE     SELECTOR
kubia   ClusterIP   10.98.237.175   <none>        80/TCP,53/UDP   2m10s   app=kubia
`,
)
test(
  prints,
  sampleReplicaSet('kubia', 3),
  {wide: true},
  `
NAME    DESIRED   CURRENT   READY   AGE     CONTAINERS   IMAGES        SELECTOR
kubia   3         0         0       2m10s   kubia        luksa/kubia   app=kubia
`,
)
test(
  prints,
  sampleNode('master', {unschedulable: true}),
  {},
  `
NAME     STATUS                       ROLES    AGE     VERSION
master   Unknown,SchedulingDisabled   <none>   2m10s   
`,
)
test(
  prints,
  {...sampleNamespace('default'), status: {phase: 'Active'}} as Sample,
  {},
  `
NAME      STATUS   AGE
default   Active   2m10s
`,
)

function endpoints(name: string, subsets: unknown) {
  return {apiVersion: 'v1', kind: 'Endpoints', metadata: {name}, subsets} as Sample
}
const addresses = [2, 3, 4, 5].map(last => ({ip: `172.17.12.${last}`}))
test(
  prints,
  endpoints('none', []),
  {},
  `
NAME   ENDPOINTS   AGE
none   <none>      2m10s
`,
)
test(
  prints,
  endpoints('four', [{addresses, ports: [{port: 8080}]}]),
  {},
  `
NAME   ENDPOINTS                                                        AGE
four   172.17.12.2:8080,172.17.12.3:8080,172.17.12.4:8080 + 1 more...   2m10s
`,
)
test(
  prints,
  endpoints('unready', [{notReadyAddresses: addresses, ports: [{port: 8080}]}]),
  {},
  `
NAME      ENDPOINTS   AGE
unready               2m10s
`,
)

function sample(kind: KindName, name: string, rest: object) {
  return {apiVersion: 'v1', kind, metadata: {name}, ...rest} as Sample
}
test(
  prints,
  sample('ConfigMap', 'settings', {data: {a: '1'}, binaryData: {b: 'AAE='}}),
  {},
  `
NAME       DATA   AGE
settings   2      2m10s
`,
)
test(
  prints,
  sample('Secret', 'keys', {type: 'kubernetes.io/tls', data: {'tls.crt': '', 'tls.key': ''}}),
  {},
  `
NAME   TYPE                DATA   AGE
keys   kubernetes.io/tls   2      2m10s
`,
)
test(
  prints,
  sample('ServiceAccount', 'default', {}),
  {},
  `
NAME      SECRETS   AGE
default   0         2m10s
`,
)
test(
  prints,
  sample('Lease', 'node1', {spec: {holderIdentity: 'node1'}}),
  {},
  `
NAME    HOLDER   AGE
node1   node1    2m10s
`,
)
test(
  prints,
  sample('EndpointSlice', 'kubia-x2x5k', {
    addressType: 'IPv4',
    endpoints: [2, 3, 4, 5].map(last => ({addresses: [`172.17.12.${last}`]})),
    ports: [{port: 8080}],
  }),
  {},
  `
NAME          ADDRESSTYPE   PORTS   ENDPOINTS                                         AGE
kubia-x2x5k   IPv4          8080    172.17.12.2,172.17.12.3,172.17.12.4 + 1 more...   2m10s
`,
)
test(
  prints,
  sample('EndpointSlice', 'none', {addressType: 'IPv4', endpoints: []}),
  {},
  `
NAME   ADDRESSTYPE   PORTS     ENDPOINTS   AGE
none   IPv4          <unset>   <unset>     2m10s
`,
)
test(
  prints,
  sample('NetworkPolicy', 'deny', {spec: {podSelector: {matchLabels: {app: 'db', tier: 'x'}}}}),
  {},
  `
NAME   POD-SELECTOR    AGE
deny   app=db,tier=x   2m10s
`,
)
test(
  prints,
  sample('NetworkPolicy', 'deny', {spec: {podSelector: {}}}),
  {wide: true},
  `
NAME   POD-SELECTOR   AGE     ENFORCED-BY
deny   <none>         2m10s   nftables table network-policy
`,
)
test(
  prints,
  sample('Ingress', 'web', {
    spec: {ingressClassName: 'nginx', tls: [{}], rules: [{host: 'a.example.com'}, {host: 'b.example.com'}]},
    status: {loadBalancer: {ingress: [{ip: '10.0.20.9'}]}},
  }),
  {},
  `
NAME   CLASS   HOSTS                         ADDRESS     PORTS     AGE
web    nginx   a.example.com,b.example.com   10.0.20.9   80, 443   2m10s
`,
)
test(
  prints,
  sample('IngressClass', 'nginx', {spec: {controller: 'k8s.io/ingress-nginx'}}),
  {},
  `
NAME    CONTROLLER             PARAMETERS   AGE
nginx   k8s.io/ingress-nginx   <none>       2m10s
`,
)
test(
  prints,
  sample('PodDisruptionBudget', 'web', {spec: {minAvailable: '50%'}}),
  {},
  `
NAME   MIN AVAILABLE   MAX UNAVAILABLE   ALLOWED DISRUPTIONS   AGE
web    50%             N/A               0                     2m10s
`,
)
const scheduled = sample('Event', 'web.17', {
  involvedObject: {kind: 'Pod', name: 'web', fieldPath: 'spec.containers{web}'},
  type: 'Normal',
  reason: 'Scheduled',
  message: 'Successfully assigned default/web to node1 ',
  source: {component: 'kubelet', host: 'node1'},
  firstTimestamp: born,
  lastTimestamp: '2025-01-01T00:01:00Z',
  count: 3,
})
test(
  prints,
  scheduled,
  {},
  `
LAST SEEN   TYPE     REASON      OBJECT    MESSAGE
70s         Normal   Scheduled   pod/web   Successfully assigned default/web to node1
`,
)
test(
  prints,
  scheduled,
  {wide: true},
  `
LAST SEEN   TYPE     REASON      OBJECT    SUBOBJECT              SOURCE           MESSAGE                                      FIRST SEEN   COUNT   NAME
70s         Normal   Scheduled   pod/web   spec.containers{web}   kubelet, node1   Successfully assigned default/web to node1   2m10s        3       web.17
`,
)

test('reading a table is the inverse of printing it', t => {
  const word = fc.stringMatching(/^[A-Za-z0-9<>/.:-]{1,12}$/)
  const cell = fc.oneof(
    word,
    fc.tuple(word, word).map(words => words.join(' ')),
    fc.constant(''),
  )
  const table = fc.integer({min: 1, max: 5}).chain(width =>
    fc.record({
      headings: fc.array(word, {minLength: width, maxLength: width}),
      rows: fc.array(fc.array(cell, {minLength: width, maxLength: width})),
    }),
  )
  fc.assert(fc.property(table, value => t.deepEqual(parseTable(printTable(value)), value)))
})

const age = test.macro({
  exec: (t, seconds: number, expected: string) => t.is(printDuration(seconds * 1000), expected),
  title: (_, seconds, expected) => `${seconds} seconds are ${expected}`,
})
test(age, -5, '<invalid>')
test(age, -1, '0s')
test(age, 5, '5s')
test(age, 119, '119s')
test(age, 120, '2m')
test(age, 130, '2m10s')
test(age, 15 * 60 + 1, '15m')
test(age, 3 * 3600, '3h')
test(age, 3 * 3600 + 300, '3h5m')
test(age, 30 * 3600, '30h')
test(age, 49 * 3600, '2d1h')
test(age, 10 * 86400, '10d')
test(age, 800 * 86400, '2y70d')
test(age, 4000 * 86400, '10y')
