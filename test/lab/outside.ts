import test from 'ava'
import {mistakesIn, read, warningsIn} from './_lab.ts'

test('clients take names and addresses on the underlay beside the nodes', t => {
  const {clients, internet} = read(
    'nodes: [a, b]\nclients: [laptop, {name: phone, address: 10.0.20.99}]\nscenario: [{exec: {in: client/laptop, run: ip route}}]',
  )
  t.deepEqual(clients as unknown, [
    {name: 'laptop', address: '10.0.20.13'},
    {name: 'phone', address: '10.0.20.99'},
  ])
  t.deepEqual(internet as unknown, [])
})

test('the internet has names, addresses and answers of its own', t => {
  const {internet} = read('internet: [192.0.2.1, {name: example.com, address: 203.0.113.10, answer: hi}]')
  t.deepEqual(internet as unknown, [
    {address: '192.0.2.1'},
    {name: 'example.com', address: '203.0.113.10', answer: 'hi'},
  ])
})

const refused = test.macro({
  exec: (t, text: string, ...expected: readonly string[]) => t.deepEqual(mistakesIn(text), expected),
  title: (title = '') => `refused: ${title}`,
})

test('a client named as a node', refused, 'nodes: [a]\nclients: [a]', '2:11 a second machine named a')
test(
  "a client with a node's address",
  refused,
  'nodes: [a]\nclients: [{name: b, address: 10.0.20.11}]',
  "2:30 the address 10.0.20.11 is a's already",
)
test(
  'a client outside the underlay',
  refused,
  'clients: [{name: b, address: 10.0.21.11}]',
  '1:30 the address 10.0.21.11 lies outside the underlay 10.0.20.0/24',
)
test('a client that is not there', refused, 'scenario: [{exec: {in: client/b, run: a}}]', '1:24 no client is named b')
test(
  'an internet address of somebody',
  refused,
  'internet: [8.8.8.8]',
  '1:12 the address 8.8.8.8 is none of those that are kept for documentation',
)
test(
  'an internet address that no host has',
  refused,
  'internet: [192.0.2.255]',
  "1:12 192.0.2.255 is no host's: it is the first or last of 192.0.2.0/24",
)
test(
  'an internet address twice',
  refused,
  'internet: [192.0.2.1, {address: 192.0.2.1}]',
  "1:33 the address 192.0.2.1 is another host's already",
)
test(
  'an internet inside the cluster',
  refused,
  'cluster: {underlay: 192.0.2.0/24}\ninternet: [192.0.2.1]',
  '2:12 the address 192.0.2.1 lies in underlay 192.0.2.0/24',
)
test(
  'a word where components are named',
  refused,
  'cluster: {reconcile: never}',
  '1:22 expected a mapping, not the text "never"',
)
test(
  'a component that there is not',
  refused,
  'cluster: {reconcile: {docker: never, flannel: sometimes}}',
  '1:23 unknown key "docker"',
  '1:47 expected always or never, not the text "sometimes"',
)

const service = (name: string, spec: string) =>
  `{apiVersion: v1, kind: Service, metadata: {name: ${name}}, spec: {${spec}ports: [{port: 80}]}}`
const pod = `{apiVersion: v1, kind: Pod, metadata: {name: web, labels: {app: web}}, spec: {containers: [{name: main, image: busybox}]}}`

test(
  'a cluster IP that is taken',
  refused,
  `manifests:\n  - ${service('a', 'clusterIP: 10.96.0.9, ')}\n  - ${service('b', 'clusterIP: 10.96.0.9, ')}`,
  '3:76 the cluster IP 10.96.0.9 is taken by Service a',
)
test(
  'a cluster IP that a step wants, and a manifest has',
  refused,
  `manifests: [${service('a', 'clusterIP: 10.96.0.9, ')}]\nscenario:\n  - apply: ${service('b', 'clusterIP: 10.96.0.9, ')}`,
  '3:83 the cluster IP 10.96.0.9 is taken by Service a',
)
test(
  'a cluster IP outside the range in a step',
  refused,
  `scenario:\n  - apply: ${service('b', 'clusterIP: 10.0.0.9, ')}`,
  '2:83 the cluster IP 10.0.0.9 lies outside the service range 10.96.0.0/12',
)
test(
  'a node port that is taken',
  refused,
  `manifests:\n${['a', 'b'].map(name => `  - {apiVersion: v1, kind: Service, metadata: {name: ${name}}, spec: {type: NodePort, ports: [{port: 80, nodePort: 30080}]}}\n`).join('')}`,
  '3:110 the node port 30080/TCP is taken by Service a',
)
test(
  'a port out of range',
  refused,
  'manifests:\n  - {apiVersion: v1, kind: Service, metadata: {name: a}, spec: {ports: [{port: 65536}]}}',
  '2:80 spec.ports[0].port: Invalid value: 65536: must be between 1 and 65535, inclusive',
)

test('a cluster IP is free again once its Service is gone', t => {
  const [a, b] = ['a', 'b'].map(name => service(name, 'clusterIP: 10.96.0.9, '))
  t.deepEqual(mistakesIn(`manifests: [${a}]\nscenario: [{apply: ${a}}, {delete: svc/a}, {apply: ${b}}]`), [])
})

test('a Service, a step or a target that no pod answers to is a warning', t => {
  const text = `manifests:
  - ${pod}
  - ${service('good', 'selector: {app: web}, ')}
  - ${service('bad', 'selector: {app: wbe}, ')}
scenario:
  - delete: pod/app=kubia
  - exec: {in: pod/client, run: a}
  - exec: {in: pod/web, run: a}
  - exec: {in: pod/app=web, run: a}
checks:
  - reaches: {from: pod/app=x, to: a}
`
  t.deepEqual(warningsIn(text), [
    '4:77 no pod of this lab has the labels app=wbe: the Service will have no endpoints',
    '6:13 no pod of this lab has the labels app=kubia',
    '7:16 no manifest makes a pod named client',
    '11:21 no pod of this lab has the labels app=x',
  ])
})

test('a pod of a template has a name that only its beginning tells', t => {
  const template = `{metadata: {labels: {app: web}}, spec: {containers: [{name: main, image: busybox}]}}`
  const set = `{apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: web}, spec: {selector: {matchLabels: {app: web}}, template: ${template}}}`
  const warnings = warningsIn(
    `manifests: [${set}]\nscenario: [{exec: {in: pod/web-abcde, run: a}}, {exec: {in: pod/kubia, run: a}}]`,
  )
  t.deepEqual(warnings, ['2:61 no manifest makes a pod named kubia'])
})
