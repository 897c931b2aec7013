import {resolve} from 'node:path'
import test from 'ava'
import type {Pod} from '../../src/objects/pod.ts'
import {read} from './_lab.ts'

const pod = (name: string) =>
  `{apiVersion: v1, kind: Pod, metadata: {name: ${name}}, spec: {containers: [{name: main, image: busybox}]}}`

test('a lab of one pod has defaults for all the rest', t => {
  const lab = read(`manifests:\n  - ${pod('web')}`)
  t.is(lab.name, 'some')
  t.is(lab.title, 'some')
  t.deepEqual(lab.cluster as object, {
    podNetwork: '172.17.0.0/16',
    dns: {server: 'podlab', upstream: {}},
    serviceRange: '10.96.0.0/12',
    underlay: '10.0.20.0/24',
    overlay: 'vxlan',
    proxyMode: 'iptables',
    proxy: {},
    loadBalancers: '10.0.40.0/24',
  })
  t.deepEqual(lab.nodes as unknown, [{name: 'node1', address: '10.0.20.11', podSubnet: '172.17.1.0/24'}])
  t.is(lab.manifests[0]?.metadata.namespace, 'default')
})

test('a lab survives the way through JSON', t => {
  const lab = read(`
nodes: [master, node1]
manifests: [${pod('web')}]
scenario:
  - {exec: {in: node/master, run: ip route, expect: {contains: flannel.1}}}
  - {wait: {pods: {selector: app=kubia}}}
checks:
  - {points: 2, reaches: {from: pod/web, to: 'http://10.96.0.1'}}
`)
  t.deepEqual(JSON.parse(JSON.stringify(lab)), lab)
})

test('nodes take the addresses and subnets that the others leave', t => {
  const {nodes} = read(`
nodes:
  - master
  - {name: node1, address: 10.0.20.11, podSubnet: 172.17.1.0/24}
  - {name: node2}
`)
  t.deepEqual(nodes as unknown, [
    {name: 'master', address: '10.0.20.12', podSubnet: '172.17.2.0/24'},
    {name: 'node1', address: '10.0.20.11', podSubnet: '172.17.1.0/24'},
    {name: 'node2', address: '10.0.20.13', podSubnet: '172.17.3.0/24'},
  ])
})

test('manifests come from files with several documents and from the lab itself, in order', t => {
  const {manifests} = read(`manifests: [two.yaml, ${pod('c')}]`, {
    'labs/some/two.yaml': `${pod('a')}\n---\n${pod('b')}\n---\n`,
  })
  t.deepEqual(
    manifests.map(({metadata}) => metadata.name),
    ['a', 'b', 'c'],
  )
})

test('every step is read into what the scenario plays', t => {
  const {scenario} = read(
    `
scenario:
  - say: Welcome
  - apply: web.yaml
  - {apply: [web.yaml, ${pod('b')}], namespace: other, title: Two at once}
  - delete: po/app=kubia
  - delete: svc/kubia
  - scale: {rs/kubia: 5}
  - exec: {in: pod/client, run: curl -s "http://10.0.0.1/?a=1&b=2"}
  - exec: {in: pod/app=kubia, run: [sh, -c, 'a | b'], expect: {code: 1}}
  - kubectl: get pods -l app=kubia
  - kubectl: {run: create -f web.yaml, expect: {contains: created}}
  - wait: {pods: {selector: app=kubia}}
  - check: {reaches: {from: pod/client, to: 'http://10.0.0.1'}, title: The client gets through}
`,
    {'labs/some/web.yaml': pod('web')},
  )
  const brief = scenario.map(({title, ...step}) => [
    title,
    'objects' in step ? {...step, objects: step.objects.length} : step,
  ])
  t.deepEqual(brief as unknown, [
    ['Welcome', {do: 'say', text: 'Welcome'}],
    ['apply web.yaml', {do: 'apply', objects: 1}],
    ['Two at once', {do: 'apply', objects: 2}],
    ['delete Pods with app=kubia', {do: 'delete', namespace: 'default', kind: 'Pod', selector: 'app=kubia'}],
    ['delete Service kubia', {do: 'delete', namespace: 'default', kind: 'Service', name: 'kubia'}],
    [
      'scale ReplicaSet kubia to 5',
      {do: 'scale', kind: 'ReplicaSet', namespace: 'default', name: 'kubia', replicas: 5},
    ],
    [
      "in pod/client: curl -s 'http://10.0.0.1/?a=1&b=2'",
      {do: 'exec', target: 'pod/client', command: ['curl', '-s', 'http://10.0.0.1/?a=1&b=2']},
    ],
    [
      "in pod/app=kubia: sh -c 'a | b'",
      {do: 'exec', target: 'pod/app=kubia', command: ['sh', '-c', 'a | b'], expect: {code: 1}},
    ],
    [
      'kubectl get pods -l app=kubia',
      {do: 'kubectl', folder: resolve('labs/some'), command: ['get', 'pods', '-l', 'app=kubia']},
    ],
    [
      'kubectl create -f web.yaml',
      {
        do: 'kubectl',
        folder: resolve('labs/some'),
        command: ['create', '-f', 'web.yaml'],
        expect: {contains: 'created'},
      },
    ],
    [
      'wait until pods: selector app=kubia',
      {
        do: 'wait',
        until: {
          title: 'pods: selector app=kubia',
          points: 1,
          type: 'pods',
          parameters: {selector: 'app=kubia'},
          path: ['scenario', 10, 'wait', 'pods'],
        },
      },
    ],
    [
      'The client gets through',
      {
        do: 'check',
        check: {
          title: 'The client gets through',
          points: 1,
          type: 'reaches',
          parameters: {from: 'pod/client', to: 'http://10.0.0.1'},
          path: ['scenario', 11, 'check', 'reaches'],
        },
      },
    ],
  ])
})

test('an alias stands for what its anchor names', t => {
  const {manifests} = read(`
manifests:
  - {apiVersion: v1, kind: Pod, metadata: {name: a}, spec: &spec {containers: [{name: main, image: busybox}]}}
  - {apiVersion: v1, kind: Pod, metadata: {name: b}, spec: *spec}
`)
  t.is(manifests.length, 2)
})

test('the pool of load balancers gives way to networks that are chosen, and can be left out', t => {
  const pool = (cluster: string) => read(`cluster: {${cluster}}\nmanifests:\n  - ${pod('web')}`).cluster.loadBalancers
  t.is(pool('podNetwork: 10.0.0.0/18, underlay: 192.168.0.0/24'), undefined)
  t.is(pool('loadBalancers: ""'), undefined)
  t.is(String(pool('loadBalancers: 10.0.50.0/24')), '10.0.50.0/24')
})

test('a number that begins with zero is octal, as Kubernetes reads it', t => {
  const volume = '{name: v, secret: {secretName: s, defaultMode: 0400, items: [{key: a, path: a, mode: 0644}]}}'
  const {manifests} = read(
    `manifests:\n  - {apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {containers: [{name: main, image: busybox}], volumes: [${volume}]}}`,
  )
  const [found] = (manifests[0] as Pod).spec.volumes ?? []
  t.is(found?.secret?.defaultMode, 256)
  t.is(found?.secret?.items?.[0]?.mode, 420)
})
