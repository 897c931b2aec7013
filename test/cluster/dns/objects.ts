import test from 'ava'
import {dnsServers, dnsService} from '../../../src/cluster/dns/objects.ts'
import {withRealCoredns} from '../../../src/cluster/dns/real-coredns.ts'
import {upstreamAddress, upstreamCorefile} from '../../../src/cluster/dns/upstream.ts'
import {checks} from '../../../src/exercise/checks/index.ts'
import {parseLab} from '../../../src/lab/parse.ts'
import type {Deployment} from '../../../src/objects/deployment.ts'
import {readObject} from '../../../src/objects/read-object.ts'
import type {Service} from '../../../src/objects/service.ts'

const labOf = (text: string) =>
  parseLab({file: 'lab.yaml', text: `name: some\n${text}\n`}, {readFile: () => '', checks})

test('kube-dns has the tenth address of the service range, and three ports', t => {
  const [service] = dnsService(labOf('cluster: {serviceRange: 10.0.0.0/24}')) as Service[]
  t.is(service?.spec.clusterIP, '10.0.0.10')
  t.deepEqual(
    service?.spec.ports?.map(({name, port, protocol}) => `${name} ${port}/${protocol}`),
    ['dns 53/UDP', 'dns-tcp 53/TCP', 'metrics 9153/TCP'],
  )
})

test('all of it is what the API takes', t => {
  const lab = labOf('nodes: [node1]')
  for (const object of [...dnsService(lab), ...dnsServers(lab)])
    t.false('errors' in readObject(JSON.parse(JSON.stringify(object)), 'kube-system'), object.kind)
})

test("the Corefile is kubeadm's, or the one that the lab says", t => {
  const fileOf = (text: string) =>
    dnsServers(labOf(text)).flatMap(object => (object.kind === 'ConfigMap' ? (object.data?.Corefile ?? '') : []))[0]
  t.regex(fileOf('nodes: [node1]') ?? '', /^\.:53 \{\n {4}errors\n/)
  t.is(fileOf('cluster: {dns: {corefile: "mine:53 {}"}}'), 'mine:53 {}\n')
})

for (const text of ['cluster: {dns: false}', 'cluster: {dns: {server: none}}'])
  test(`${text} makes a lab without DNS`, t => {
    const lab = labOf(text)
    t.deepEqual([...dnsService(lab), ...dnsServers(lab)], [])
    t.is(upstreamAddress(lab), undefined)
  })

test('outside, the hosts of the internet have names, and those that the lab says', t => {
  const lab = labOf(`cluster: {dns: {upstream: {db.example.org: [203.0.113.31, 203.0.113.32], a.test: 203.0.113.33}}}
internet: [{name: example.com, address: 203.0.113.10}, 203.0.113.11]`)
  t.is(upstreamAddress(lab), '10.0.20.254' as never)
  t.regex(
    upstreamCorefile(lab),
    /hosts \{\n +203\.0\.113\.10 example\.com\n +203\.0\.113\.31 db\.example\.org\n +203\.0\.113\.32 db\.example\.org\n +203\.0\.113\.33 a\.test\n/,
  )
})

test('the real CoreDNS is refused where there is none, with what to do', t => {
  const lab = labOf('cluster: {dns: {server: coredns}}')
  t.throws(() => withRealCoredns(lab, {PATH: '/nonexistent::relative'}), {
    message: /no program coredns is on the PATH; put one there \(go install/,
  })
  const [, , deployment] = dnsServers(lab) as Deployment[]
  t.is(deployment?.spec.template.spec.containers[0]?.image, 'coredns/coredns:latest')
  t.is(withRealCoredns(labOf('nodes: [node1]'), {}).images.length, 0)
})

const refused = test.macro({
  exec: (t, text: string, message: RegExp) => void t.throws(() => labOf(text), {message}),
  title: (_, text) => `refused: ${text}`,
})

const service = (clusterIP: string, name = 'mine', namespace = 'default') =>
  `manifests: [{apiVersion: v1, kind: Service, metadata: {name: ${name}, namespace: ${namespace}}, spec: {clusterIP: ${clusterIP}, ports: [{port: 53}]}}]`

test(refused, service('10.96.0.10'), /the cluster IP 10\.96\.0\.10 is that of the cluster's DNS/)
test(refused, 'cluster: {serviceRange: 10.0.0.0/29}', /the service range 10\.0\.0\.0\/29 has no tenth address/)
test(refused, 'cluster: {dns: true}', /expected false, or a mapping with server, corefile, upstream and host/)
test(refused, 'cluster: {dns: {server: bind}}', /expected podlab or coredns or none/)
test(refused, 'cluster: {dns: {upstream: {example.com: somewhere}}}', /"somewhere" is not an IPv4 address/)
test(refused, 'cluster: {dns: {upstream: {Example.com: 203.0.113.10}}}', /expected a host name in lower case/)
test(refused, 'cluster: {dns: {upstream: {example.com: []}}}', /must not be empty/)
test(refused, 'cluster: {dns: {corefile: ""}}', /must not be empty/)
test(refused, 'cluster: {dns: {nameserver: 10.0.0.1}}', /unknown key "nameserver"/)
test(refused, 'cluster: {dns: [podlab]}', /expected false, or a mapping/)

test("without DNS its address is free, and with it for a kube-dns of the lab's own", t => {
  t.notThrows(() => labOf(`cluster: {dns: false}\n${service('10.96.0.10')}`))
  t.notThrows(() => labOf(service('10.96.0.10', 'kube-dns', 'kube-system')))
  t.notThrows(() => labOf('cluster: {dns: false, serviceRange: 10.0.0.0/29}'))
})
