import test, {type ExecutionContext} from 'ava'
import type {Api, ApiRequest} from '../../../src/apiserver/call.ts'
import {respond} from '../../../src/apiserver/respond.ts'
import {createChronicle, writing} from '../../../src/cluster/chronicle.ts'
import {hearing} from '../../../src/cluster/daemon/hearing.ts'
import {tellAsked} from '../../../src/cluster/story/asked.ts'
import {printStory} from '../../../src/cluster/story/print.ts'
import {tellStory} from '../../../src/cluster/story/tell.ts'
import {controllers} from '../../../src/controllers/index.ts'
import {runControllers} from '../../../src/controllers/runner.ts'
import {planBetween} from '../../../src/kernel/rules/iptables.ts'
import {parseNetwork} from '../../../src/net/cidr.ts'
import {bootstrapObjects} from '../../../src/store/bootstrap.ts'
import {memoryStore} from '../../../src/store/memory.ts'
import {registry} from '../../../src/store/registry.ts'
import {endpoint, kubia, planned} from '../../node/proxy/_plan.ts'
import {sampleNode} from '../../objects/_samples.ts'

/* A cluster without nodes' agents: the test plays the kubelet and kube-proxy. Its clock tells one millisecond more each time. */
function cluster(t: ExecutionContext) {
  let [time, uids] = [Date.parse('2026-01-02T03:04:05Z'), 0]
  let seed = 1
  const random = () => {
    seed = (seed * 16_807) % 2_147_483_647
    return seed / 2_147_483_647
  }
  const chronicle = createChronicle(() => ++time)
  const store = chronicle.noting(memoryStore({clock: () => time, uid: () => `uid-${++uids}`}))
  const serviceRange = parseNetwork('10.96.0.0/12')
  const objects = registry({store, serviceRange, now: () => time, random})
  chronicle.by({is: 'podlab', doing: 'set the cluster up'}, () => {
    objects.apply([...bootstrapObjects(serviceRange, {ip: '10.0.20.4', port: 6443}), sampleNode('node1')])
  })
  const stop = new AbortController()
  t.teardown(() => stop.abort())
  const running = runControllers({
    ...{store, controllers, signal: stop.signal, now: () => time, random},
    as: (name, act) => chronicle.by({is: 'controller', name}, act),
  })
  const api: Api = {store, registry: objects, now: () => time, containers: {} as Api['containers']}
  const hear = hearing(chronicle, api)
  const ask = async (method: string, url: string, said?: unknown, more: Partial<ApiRequest> = {}) => {
    const body = Buffer.from(said === undefined ? '' : JSON.stringify(said))
    const heard = hear({
      method,
      url,
      headers: {
        'user-agent': 'kubectl/v1.32.4 (linux/amd64) kubernetes/abcdef',
        'content-type': more.headers?.['content-type'],
      },
      body: async () => body,
      user: more.user ?? {name: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated']},
      means: 'client certificate',
      signal: stop.signal,
    })
    const {status} = await respond({...heard.request, ...more}, heard.api)
    await running.idle()
    return status
  }
  const kubelet = writing(store, act => chronicle.by({is: 'kubelet', node: 'node1'}, act))
  const story = async (kind: string, name: string, namespace?: string) => {
    const told = await tellStory({kind, name, ...(namespace && {namespace})}, {store, chronicle})
    return told.lines.map(({who, text}) => `${who}: ${text}`.replaceAll(/kubia-[a-z0-9]{5}\b/g, 'kubia-NAME'))
  }
  return {store, chronicle, ask, kubelet, story, running}
}

const service = {
  ...{apiVersion: 'v1', kind: 'Service', metadata: {name: 'kubia'}},
  spec: {clusterIP: '10.98.237.175', selector: {app: 'kubia'}, ports: [{port: 80, targetPort: 8080}]},
}
const replicaSet = {
  ...{apiVersion: 'apps/v1beta2', kind: 'ReplicaSet', metadata: {name: 'kubia'}},
  spec: {
    ...{replicas: 1, selector: {matchLabels: {app: 'kubia'}}},
    template: {metadata: {labels: {app: 'kubia'}}, spec: {containers: [{name: 'kubia', image: 'luksa/kubia'}]}},
  },
}

/* What a kubelet reports of the only pod of `kubia`. */
function start({store, kubelet}: ReturnType<typeof cluster>, podIP: string): void {
  const [pod] = store.list('Pod')
  if (pod === undefined) throw new Error('there is no pod')
  kubelet.update({
    ...pod,
    status: {
      ...{phase: 'Running', podIP, podIPs: [{ip: podIP}]},
      conditions: [{type: 'Ready', status: 'True'}],
      containerStatuses: [
        {
          ...{name: 'kubia', image: 'luksa/kubia', imageID: '', ready: true, restartCount: 0},
          state: {running: {startedAt: '2026-01-02T03:04:05Z'}},
        },
      ],
    },
  })
}

test('a Service that is created: who asked, what was filled in, its endpoints, the rules of a node', async t => {
  const lab = cluster(t)
  t.is(await lab.ask('POST', '/apis/apps/v1beta2/namespaces/default/replicasets', replicaSet), 201)
  start(lab, '172.17.12.3')
  await lab.running.idle()
  t.is(await lab.ask('POST', '/api/v1/namespaces/default/services?fieldManager=kubectl-create', service), 201)
  const change = planBetween(undefined, planned([{...kubia, endpoints: [endpoint('172.17.12.3', 8080)]}]))
  if (change) lab.chronicle.programmed({node: 'node1', revision: lab.store.revision, change})

  t.deepEqual(await lab.story('svc', 'kubia'), [
    'kubelet node1: Pod kubia-NAME: has the address 172.17.12.3, container kubia started, ready',
    'kubectl/v1.32.4: POST /api/v1/namespaces/default/services',
    "API server: authenticated: kubernetes-admin of system:masters; its client certificate says so, and the lab's authority has signed it",
    'API server: admitted: filled in spec.ports[0].protocol TCP, spec.type ClusterIP, spec.sessionAffinity None, spec.internalTrafficPolicy Cluster, spec.ipFamilies ["IPv4"], spec.ipFamilyPolicy SingleStack',
    'API server: allocated the cluster IP 10.98.237.175',
    'API server: stored Service kubia',
    'endpoint-controller: created Endpoints kubia: 172.17.12.3 (kubia-NAME) joins',
    'endpointslice-controller: created EndpointSlice kubia-NAME: 172.17.12.3 (kubia-NAME) joins',
    'kube-proxy node1: wrote KUBE-SVC-XCCRWSFD2BRL7CRI, which draws lots among 1 endpoint; wrote KUBE-SEP-OAO5ZWEZFCDCCOQO: to 172.17.12.3:8080',
  ])
})

test('a ReplicaSet: its pods belong to its story, with their events, and where their addresses are listed', async t => {
  const lab = cluster(t)
  await lab.ask('POST', '/api/v1/namespaces/default/services', service)
  await lab.ask('POST', '/apis/apps/v1beta2/namespaces/default/replicasets', replicaSet)
  start(lab, '172.17.12.3')
  await lab.running.idle()
  const told = await lab.story('ReplicaSet', 'kubia', 'default')
  t.regex(told[2] ?? '', /^API server: admitted: filled in apiVersion apps\/v1 for apps\/v1beta2, /)
  t.deepEqual(
    told.slice(3).filter(line => !line.includes('status.') && !line.includes('event Scheduled')),
    [
      'API server: stored ReplicaSet kubia',
      'replicaset-controller: created Pod kubia-NAME',
      'replicaset-controller: event SuccessfulCreate: Created pod: kubia-NAME',
      'default-scheduler: Pod kubia-NAME: assigned to node1',
      'kubelet node1: Pod kubia-NAME: has the address 172.17.12.3, container kubia started, ready',
      'endpointslice-controller: EndpointSlice kubia-NAME: 172.17.12.3 (kubia-NAME) joins',
    ],
  )
})

test('a pod that is deleted leaves the endpoints at once and ends later', async t => {
  const lab = cluster(t)
  await lab.ask('POST', '/api/v1/namespaces/default/services', service)
  await lab.ask('POST', '/apis/apps/v1beta2/namespaces/default/replicasets', replicaSet)
  start(lab, '172.17.12.3')
  await lab.running.idle()
  await lab.ask('DELETE', `/api/v1/namespaces/default/pods/${lab.store.list('Pod')[0]?.metadata.name}`)
  const told = await lab.story('svc', 'kubia')
  const from = told.indexOf('kubectl/v1.32.4: DELETE /api/v1/namespaces/default/pods/kubia-NAME')
  t.true(from > 0)
  t.deepEqual(
    told.slice(from + 2).filter(line => line.includes('172.17.12.3') || line.includes('is to end')),
    [
      'API server: Pod kubia-NAME: is to end within 30 s',
      'endpoint-controller: Endpoints kubia: 172.17.12.3 (kubia-NAME) leaves',
      'endpointslice-controller: EndpointSlice kubia-NAME: 172.17.12.3 (kubia-NAME) is ending, and still serves',
    ],
  )
})

test('a patch tells what it changed; a request that is refused or only reads tells nothing', async t => {
  const lab = cluster(t)
  await lab.ask('POST', '/api/v1/namespaces/default/services', service)
  const before = (await lab.story('svc', 'kubia')).length
  t.is(await lab.ask('GET', '/api/v1/namespaces/default/services/kubia'), 200)
  t.is(await lab.ask('POST', '/api/v1/namespaces/default/services', service), 409)
  t.is((await lab.story('svc', 'kubia')).length, before)
  const patch = {spec: {sessionAffinity: 'ClientIP'}}
  const merge = {headers: {'content-type': 'application/merge-patch+json'}}
  t.is(await lab.ask('PATCH', '/api/v1/namespaces/default/services/kubia?dryRun=All', patch, merge), 200)
  t.is((await lab.story('svc', 'kubia')).length, before)
  t.is(await lab.ask('PATCH', '/api/v1/namespaces/default/services/kubia', patch, merge), 200)
  t.deepEqual((await lab.story('svc', 'kubia')).slice(before + 2, before + 3), [
    'API server: Service kubia: spec.sessionAffinity: None → ClientIP, spec.sessionAffinityConfig.clientIP.timeoutSeconds: 10800',
  ])
})

test('a node that asks over the API is a kubelet, and needs no introduction', async t => {
  const lab = cluster(t)
  const pod = {
    ...{apiVersion: 'v1', kind: 'Pod', metadata: {name: 'a'}},
    spec: {containers: [{name: 'main', image: 'busybox'}], automountServiceAccountToken: false},
  }
  await lab.ask('POST', '/api/v1/namespaces/default/pods', pod)
  const node = {
    user: {name: 'system:node:node1', groups: ['system:nodes']},
    headers: {'content-type': 'application/merge-patch+json'},
  }
  const status = {phase: 'Running', podIP: '172.17.12.9'}
  t.is(await lab.ask('PATCH', '/api/v1/namespaces/default/pods/a/status', {status}, node), 200)
  t.is((await lab.story('po', 'a')).at(-1), 'kubelet node1: Pod a: has the address 172.17.12.9')
  t.false((await lab.story('po', 'a')).some(line => line.includes('system:node')))
})

test('what a Secret holds is not told, nor what kubectl keeps for itself', async t => {
  const lab = cluster(t)
  const said = (password: string) => ({
    ...{apiVersion: 'v1', kind: 'Secret', stringData: {password, 'a.b_c-d': password}},
    metadata: {name: 'key', annotations: {'kubectl.kubernetes.io/last-applied-configuration': password}},
  })
  t.is(await lab.ask('POST', '/api/v1/namespaces/default/secrets', said('hunter2')), 201)
  const merge = {headers: {'content-type': 'application/merge-patch+json'}}
  t.is(await lab.ask('PATCH', '/api/v1/namespaces/default/secrets/key', said('hunter3'), merge), 200)
  t.is(await lab.ask('PATCH', '/api/v1/namespaces/default/secrets/key', {data: {password: null}}, merge), 200)
  const note = {metadata: {annotations: {'kubectl.kubernetes.io/last-applied-configuration': 'hunter4'}}}
  t.is(await lab.ask('PATCH', '/api/v1/namespaces/default/secrets/key', note, merge), 200)
  const told = await lab.story('secret', 'key')
  for (const secret of ['hunter2', 'hunter3', 'hunter4'].flatMap(word => [word, Buffer.from(word).toString('base64')]))
    t.false(told.join('\n').includes(secret), secret)
  t.deepEqual(
    told.filter(line => /Secret|admitted/.test(line)),
    [
      'API server: admitted: filled in data.password (not shown), data.a.b_c-d (not shown), type Opaque',
      'API server: stored Secret key',
      'API server: Secret key: data.password: (not shown), data.a.b_c-d: (not shown)',
      'API server: Secret key: data.password is gone',
      'API server: Secret key: nothing but the notes of those who manage it',
    ],
  )
})

test('without an object: who asked for what, and what that wrote at once', async t => {
  const lab = cluster(t)
  await lab.ask('POST', '/api/v1/namespaces', {apiVersion: 'v1', kind: 'Namespace', metadata: {name: 'shop'}})
  await lab.ask('POST', '/api/v1/namespaces/shop/services', service)
  await lab.ask('DELETE', '/api/v1/namespaces/shop/services?labelSelector=nobody')
  await lab.ask('DELETE', '/api/v1/namespaces/shop/services/kubia')
  const {of, lines} = tellAsked(lab.chronicle)
  t.is(of, 'what was asked for')
  t.deepEqual(
    lines.slice(-6).map(({who, text}) => `${who}: ${text}`),
    [
      'kubectl/v1.32.4: POST /api/v1/namespaces',
      'API server: created Namespace shop',
      'kubectl/v1.32.4: POST /api/v1/namespaces/shop/services',
      'API server: created Service shop/kubia',
      'kubectl/v1.32.4: DELETE /api/v1/namespaces/shop/services/kubia',
      'API server: removed Service shop/kubia',
    ],
  )
  t.true(lines.every(({who}) => !who.includes('controller')))
})

test('of many requests the latest are told, of many changes the first', t => {
  const chronicle = createChronicle(() => 1)
  const store = chronicle.noting(memoryStore({clock: () => 0, uid: () => 'u'}))
  const write = (doing: string, names: readonly string[]) =>
    chronicle.by({is: 'podlab', doing}, () => {
      for (const name of names) store.create(sampleNode(name))
    })
  for (let index = 0; index < 40; index++) write(`step ${index}`, [`one-${index}`])
  write(
    'many',
    Array.from({length: 13}, (_, index) => `n${index}`),
  )
  const texts = tellAsked(chronicle).lines.map(({text}) => text)
  t.is(texts[0], 'step 11')
  t.deepEqual(texts.slice(-2), ['created Node n9', 'and 3 more, up to Node n12'])
})

test('what the lab brought along was applied by podlab', async t => {
  const {story} = cluster(t)
  t.deepEqual(await story('node', 'node1'), ['podlab: set the cluster up', 'API server: created Node node1'])
})

test('there is nothing to tell of what never was; an unknown kind is refused', async t => {
  const {store, chronicle} = cluster(t)
  t.like(await tellStory({kind: 'po', name: 'a'}, {store, chronicle}), {
    ...{of: 'Pod default/a', lines: [], present: false},
  })
  await t.throwsAsync(tellStory({kind: 'ruin', name: 'a'}, {store, chronicle}), {name: 'UnknownKindError'})
})

test('times: where something begins and after a silence the clock, else how much later it is', t => {
  const line = (at: number, begins: boolean, who: string) => ({at, begins, who, text: 'did it'})
  const lines = [
    line(1000, true, 'kubectl'),
    {...line(1000.25, false, 'API server'), revision: 7},
    line(1250, false, 'node1'),
    line(3000, false, 'node1'),
    line(3009.96, false, 'node1'),
  ]
  t.is(
    printStory({of: 'Service default/kubia', lines, since: 0, present: true}, at => `at ${at}`),
    [
      'Service default/kubia',
      ' at 1000  kubectl     did it',
      ' +0.3 ms  API server  did it (revision 7)',
      ' +250 ms  node1       did it',
      ' at 3000  node1       did it',
      '+10.0 ms  node1       did it',
      '',
    ].join('\n'),
  )
})
