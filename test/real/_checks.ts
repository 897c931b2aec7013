import type {ExecutionContext, TestFn} from 'ava'
import {type Account, makePlace, type Place} from './_podlab.ts'

/*
 * Checks on a lab in which things are broken by hand, and repaired by hand.
 *
 *   client (curl) 172.17.12.0/24 ── node1 ══ flannel.1 ══ master ── kubia 172.17.13.0/24
 *                                     └── underlay 10.0.20.0/24 ──┘
 */
const text = `nodes:
  - { name: master, address: 10.0.20.4, podSubnet: 172.17.13.0/24 }
  - { name: node1, address: 10.0.20.11, podSubnet: 172.17.12.0/24 }
manifests:
  - apiVersion: v1
    kind: Pod
    metadata: { name: client }
    spec: { nodeName: node1, containers: [{ name: client, image: curlimages/curl, command: [sleep, infinity] }] }
  - apiVersion: v1
    kind: Pod
    metadata: { name: kubia, labels: { app: kubia } }
    spec:
      nodeName: master
      containers: [{ name: kubia, image: luksa/kubia, ports: [{ containerPort: 8080 }] }]
  - apiVersion: v1
    kind: Service
    metadata: { name: kubia }
    spec: { clusterIP: 10.98.237.175, selector: { app: kubia }, ports: [{ port: 80, targetPort: 8080 }] }
  - apiVersion: v1
    kind: Service
    metadata: { name: nobody }
    spec: { clusterIP: 10.98.0.9, ports: [{ port: 80 }] }
checks:
  - { title: fdb, fdb: { in: node/node1, dev: flannel.1, mac: "02:42:ac:11:0d:00", to: "{node/master}", within: 500ms } }
  - { title: neighbour, neighbour: { in: node/node1, address: 172.17.13.0, dev: flannel.1, within: 500ms } }
  - { title: route, route: { in: node/node1, to: 172.17.13.0/24, via: 172.17.13.0, dev: flannel.1, within: 500ms } }
  - { title: link, link: { in: node/node1, dev: docker0, mtu: 1450, type: bridge, within: 500ms } }
  - { title: address, address: { in: node/node1, dev: docker0, is: 192.0.2.1, not: true, within: 500ms } }
  - { title: rulesEqual, rulesEqual: { in: node/node1, within: 500ms } }
  - { title: refuses, refuses: { from: pod/client, to: "{service/nobody}:80", with: icmp, within: 6s } }
  - { title: mtu, mtu: { from: pod/client, to: "{pod/kubia}", is: 1450, within: 10s } }
  - { title: matrix, matrix: { table: "from service/kubia pod/kubia\\npod/client yes yes", within: 10s } }
  - { title: latency, latency: { from: node/master, to: "{pod/kubia}:8080", below: 1s } }
  - { title: endpoints, endpoints: { of: kubia } }
  - { title: log, log: { of: pod/kubia, contains: Kubia server starting } }
`

/* By hand, in node1: what is done, how it is undone, and the check that sees it, with its words. */
const breakages = [
  {
    done: ['bridge', 'fdb', 'del', '02:42:ac:11:0d:00', 'dev', 'flannel.1', 'dst', '10.0.20.4'],
    undone: ['bridge', 'fdb', 'add', '02:42:ac:11:0d:00', 'dev', 'flannel.1', 'dst', '10.0.20.4', 'self', 'permanent'],
    fails: {fdb: /^the forwarding database of flannel\.1 is empty/},
  },
  {
    done: ['ip', 'neighbour', 'del', '172.17.13.0', 'dev', 'flannel.1'],
    undone: 'ip neighbour replace 172.17.13.0 lladdr 02:42:ac:11:0d:00 dev flannel.1 nud permanent'.split(' '),
    fails: {neighbour: /^172\.17\.13\.0 is not among the neighbours/},
  },
  {
    done: ['ip', 'route', 'del', '172.17.13.0/24'],
    undone: ['ip', 'route', 'add', '172.17.13.0/24', 'via', '172.17.13.0', 'dev', 'flannel.1', 'onlink'],
    fails: {
      route: /^there is no route to 172\.17\.13\.0\/24/,
      mtu: /^not even a small packet passes from pod\/client to 172\.17\.13\.2/,
      matrix: /^pod\/client +✘ no +✘ no\npod\/client → service\/kubia:80: \w+/m,
    },
  },
  {
    done: ['ip', 'link', 'set', 'docker0', 'mtu', '1400'],
    undone: ['ip', 'link', 'set', 'docker0', 'mtu', '1450'],
    fails: {link: /^bridge, up, mtu 1400, no master/},
  },
  {
    done: ['ip', 'address', 'add', '192.0.2.1/32', 'dev', 'docker0'],
    undone: ['ip', 'address', 'del', '192.0.2.1/32', 'dev', 'docker0'],
    fails: {address: /^172\.17\.12\.1\/24, 192\.0\.2\.1\/32/},
  },
  {
    done: ['iptables', '-F', 'KUBE-SERVICES'],
    undone: 'iptables -A KUBE-SERVICES -d 10.98.0.9/32 -p tcp -m comment --comment'
      .split(' ')
      .concat('default/nobody has no endpoints', '-m tcp --dport 80 -j REJECT'.split(' ')),
    fails: {
      refuses: /^(timeout: no answer|unreachable|refused after .*: a TCP reset)/,
      rulesEqual:
        /^- is missing, \+ should not be there\nfilter KUBE-SERVICES:\n {2}- -A KUBE-SERVICES -d 10\.98\.0\.9\/32 /,
    },
  },
] as const

/** One lab for all: the healthy one, the broken one, the repaired one. */
export function checksOnRealLabs(test: TestFn, account: Account): void {
  test(`${account.name}: checks see what is broken by hand, say so, and pass when it is repaired`, async t => {
    const place = makePlace(account)
    t.teardown(() => place.remove())
    const name = place.name('checks')
    const lab = place.lab(name, text)
    t.teardown(async () => void (await place.podlab('down', name)))
    const up = await place.podlab('up', lab)
    t.is(up.code, 0, up.stderr)

    t.deepEqual(failuresOf(await check(t, place, name)), {})
    for (const {done} of breakages) await byHand(t, place, {name, argv: done})
    const broken = failuresOf(await check(t, place, name))
    const wanted: Readonly<Record<string, RegExp>> = Object.assign({}, ...breakages.map(({fails}) => fails))
    t.deepEqual(Object.keys(broken).sort(), Object.keys(wanted).sort())
    for (const [title, words] of Object.entries(wanted)) {
      t.regex(broken[title]?.seen ?? '', words)
      t.regex(broken[title]?.command ?? '', new RegExp(`^podlab exec -l ${name} (node/node1|pod/client) -- `))
    }
    t.is((await place.podlab('pingall', '-l', name)).code, 1)

    for (const {undone} of breakages.toReversed()) await byHand(t, place, {name, argv: undone})
    t.deepEqual(failuresOf(await check(t, place, name)), {})
    const pinged = await place.podlab('pingall', '-l', name)
    t.is(pinged.code, 0, pinged.stdout)
    t.regex(pinged.stdout, /^6 of 6 reached \(/m)
  })
}

type Result = {readonly title: string; readonly verdict: {readonly pass: boolean; seen: string; command: string}}

async function check(t: ExecutionContext, place: Place, name: string): Promise<readonly Result[]> {
  const {stdout, stderr} = await place.podlab('check', name, '--report', 'json')
  t.is(stderr, '')
  return JSON.parse(stdout).grade.results
}

function failuresOf(results: readonly Result[]): Readonly<Record<string, Result['verdict']>> {
  return Object.fromEntries(results.filter(({verdict}) => !verdict.pass).map(({title, verdict}) => [title, verdict]))
}

async function byHand(
  t: ExecutionContext,
  place: Place,
  {name, argv}: {readonly name: string; readonly argv: readonly string[]},
): Promise<void> {
  const {code, stderr} = await place.podlab('exec', '-l', name, 'node/node1', '--', ...argv)
  t.is(code, 0, `${argv.join(' ')}: ${stderr}`)
}
