import {execFileSync, spawnSync} from 'node:child_process'
import test from 'ava'
import fc from 'fast-check'
import {ipSetChangeBetween, printIpSetChange, printIpSets} from '../../../src/kernel/ipset/change.ts'
import {IpSetError, parseIpSets} from '../../../src/kernel/ipset/parse.ts'
import type {IpSetPlan, IpSets} from '../../../src/kernel/ipset/set.ts'

const sets: IpSets = {
  'KUBE-CLUSTER-IP': {type: 'hash:ip,port', entries: ['10.96.0.10,tcp:53', '10.96.0.10,udp:53']},
  'KUBE-LOOP-BACK': {type: 'hash:ip,port,ip', entries: ['10.32.0.3,tcp:53,10.32.0.3']},
  'KUBE-LOAD-BALANCER-SOURCE-CIDR': {type: 'hash:ip,port,net', entries: ['10.0.40.1,tcp:80,10.0.20.0/24']},
  'KUBE-NODE-PORT-TCP': {type: 'bitmap:port', entries: ['30080']},
  'KUBE-IPVS-IPS': {type: 'hash:ip', entries: []},
}
const plan = (sets: IpSets): IpSetPlan => ({backend: 'ipset', owner: 'kube-proxy', sets})
const printed = (previous: IpSets | undefined, next: IpSets) => {
  const change = ipSetChangeBetween(previous && plan(previous), plan(next))
  return change === undefined ? '' : printIpSetChange(change)
}

test('sets are printed as ipset restore takes them, and read back', t => {
  t.is(
    printIpSets({
      'KUBE-CLUSTER-IP': sets['KUBE-CLUSTER-IP'] as IpSets[string],
      'KUBE-NODE-PORT-TCP': {type: 'bitmap:port', entries: ['30080']},
    }),
    `create KUBE-CLUSTER-IP hash:ip,port family inet hashsize 1024 maxelem 65536
add KUBE-CLUSTER-IP 10.96.0.10,tcp:53
add KUBE-CLUSTER-IP 10.96.0.10,udp:53
create KUBE-NODE-PORT-TCP bitmap:port range 0-65535
add KUBE-NODE-PORT-TCP 30080
`,
  )
  t.deepEqual(parseIpSets(printIpSets(sets)), sets)
})

test('a change has the entries that differ, new ones first, and nothing when none do', t => {
  const moved = {...sets, 'KUBE-NODE-PORT-TCP': {type: 'bitmap:port' as const, entries: ['30081']}}
  t.is(printed(sets, moved), 'add KUBE-NODE-PORT-TCP 30081\ndel KUBE-NODE-PORT-TCP 30080\n')
  t.is(printed(sets, structuredClone(sets)), '')
})

test('sets that go are destroyed', t => {
  t.is(printed({'KUBE-IPVS-IPS': {type: 'hash:ip', entries: ['10.96.0.1']}}, {}), 'destroy KUBE-IPVS-IPS\n')
})

test('what others have in ipset save is left out', t => {
  const text = 'create theirs list:set size 8\nadd theirs other\ncreate six hash:ip family inet6\nadd six fd00::1\n'
  t.deepEqual(parseIpSets(text), {})
})

const refused = test.macro({
  exec: (t, text: string, message: string) => {
    t.throws(() => parseIpSets(text), {instanceOf: IpSetError, message})
  },
  title: (_, text) => `no output of ipset save: ${JSON.stringify(text)}`,
})
test(refused, 'nonsense', '"nonsense" is no line of ipset save')
test(refused, 'create X', '"create X" is no line of ipset save')
test(refused, 'add X 10.0.0.1', '"add X 10.0.0.1" adds to a set that was not created')
test(refused, 'del X 10.0.0.1', '"del X 10.0.0.1" is no line of ipset save')

/* In a namespace of its own, the kernel's own sets: as root, and as an ordinary user. */
const systemPath = '/usr/sbin:/usr/bin:/sbin:/bin'
const sandbox = ['unshare', '--net', '--pid', '--fork', '--kill-child']
const rootless = ['unshare', '--user', '--map-root-user', ...sandbox.slice(1)]
const isRoot = process.getuid?.() === 0
const ways: Readonly<Record<string, readonly string[]>> = {
  ...(isRoot && {root: sandbox}),
  'an ordinary user': [...(isRoot ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : []), ...rootless],
}

/** Runs changes one after the other in a namespace of their own; after each, what `ipset save` prints. */
function saved(way: readonly string[], changes: readonly string[]): readonly string[] {
  const script = `while IFS= read -r -d '' one; do printf %s "$one" | ipset restore -exist || exit 1; ipset save; echo next; done`
  const [command = '', ...words] = [...way, 'bash', '--norc', '-c', script]
  const input = changes.map(text => `${text}\0`).join('')
  return execFileSync(command, words, {input, encoding: 'utf8', env: {PATH: systemPath}})
    .split('next\n')
    .slice(0, -1)
}

const ports = fc.uniqueArray(fc.constantFrom('30080', '30081', '443'), {maxLength: 3}).map(all => all.toSorted())
const places = fc
  .uniqueArray(fc.constantFrom('10.96.0.10,tcp:53', '10.96.0.10,udp:53', '10.96.0.11,sctp:80'), {maxLength: 3})
  .map(all => all.toSorted())
const anySets: fc.Arbitrary<IpSets> = fc.record(
  {
    A: places.map(entries => ({type: 'hash:ip,port' as const, entries})),
    B: ports.map(entries => ({type: 'bitmap:port' as const, entries})),
    C: fc.constant({
      type: 'hash:ip,port,net' as const,
      entries: ['10.0.40.1,tcp:80,10.0.20.0/24', '10.0.40.1,tcp:80,192.0.2.7'],
    }),
  },
  {requiredKeys: []},
)

for (const [user, way] of Object.entries(ways)) {
  const [command = '', ...words] = [...way, 'ipset', 'create', 'try', 'hash:ip,port']
  const {status, stderr, error} = spawnSync(command, words, {encoding: 'utf8', env: {PATH: systemPath}})
  if (status !== 0) {
    test.skip(`as ${user}: ${error?.message ?? stderr.trim()}`, () => undefined)
    continue
  }
  test(`as ${user}: any sequence of sets ends in the last ones, each change applied twice`, t => {
    fc.assert(
      fc.property(fc.array(anySets, {minLength: 1, maxLength: 4}), all => {
        const changes = all.map((next, index) => printed(all[index - 1], next))
        const twice = changes.flatMap(text => [text, text.replaceAll(/^destroy .*\n/gm, '')])
        const seen = saved(way, twice)
        for (const [index, next] of all.entries()) {
          t.deepEqual(parseIpSets(seen[2 * index] ?? ''), next)
          t.deepEqual(parseIpSets(seen[2 * index + 1] ?? ''), next)
        }
      }),
      {numRuns: 8},
    )
  })
}
