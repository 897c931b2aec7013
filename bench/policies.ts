/**
 * What NetworkPolicies cost a node: `node bench/policies.ts`.
 *
 * So many pods of a cluster, so many of them on this node, so many policies, each with two peers, a block of addresses and a named port. The
 * first sync (plan all, print it, `nft -f`), and the one after a pod of another node has come, against a bare `nft -f` of the very same text.
 * Medians, in ms; both are timed in turns, in one network namespace, so that the load of the machine meets both.
 */
import {spawnSync} from 'node:child_process'
import {loadavg} from 'node:os'
import {nftChangeBetween, printNftChange} from '../src/kernel/nftables/change.ts'
import type {NftPlan} from '../src/kernel/nftables/table.ts'
import {nth, parseNetwork} from '../src/net/cidr.ts'
import {policyPlans} from '../src/node/policy/plan.ts'
import type {PolicyPod} from '../src/node/policy/policy-pod.ts'
import type {Namespace} from '../src/objects/namespace.ts'
import type {NetworkPolicy} from '../src/objects/network-policy.ts'
import {markdown, median} from './timing.ts'

const podNetwork = parseNetwork('10.244.0.0/16')
const repeats = 7

const namespaces: readonly Namespace[] = Array.from({length: 10}, (_, index) => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: {name: `team-${index}`, labels: {team: `${index}`}},
}))

if (process.env.PODLAB_BENCH_INSIDE === undefined) {
  const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']
  const {status} = spawnSync('unshare', [...user, '--net', process.execPath, import.meta.filename], {
    stdio: 'inherit',
    env: {...process.env, PODLAB_BENCH_INSIDE: '1'},
  })
  process.exit(status ?? 1)
}

const rows = [
  {pods: 100, local: 100, policies: 10},
  {pods: 1000, local: 100, policies: 100},
  {pods: 1000, local: 1000, policies: 100},
].map(size => {
  const pods = Array.from({length: size.pods}, (_, index) => podOf(index, index < size.local))
  const policies = Array.from({length: size.policies}, (_, index) => policyOf(index))
  const more = [...pods, podOf(size.pods, false)]
  const [full, one]: [Step, Step] = [
    {ours: [], bare: [], lines: 0},
    {ours: [], bare: [], lines: 0},
  ]
  for (let turn = 0; turn < repeats; turn++) {
    const first = timed(full, () => planOf(pods, policies), undefined)
    timed(one, () => planOf(more, policies), first)
  }
  return [`${size.pods}`, `${size.local}`, `${size.policies}`, ...cellsOf(full), ...cellsOf(one)]
})

const head = [
  'pods',
  'on the node',
  'policies',
  'all: lines',
  'ours',
  'bare',
  'ratio',
  'a pod more: lines',
  'ours',
  'bare',
  'ratio',
]
process.stdout.write(`${markdown([head, ...rows])}\nload ${loadavg()[0]?.toFixed(1)}\n`)

type Step = {readonly ours: number[]; readonly bare: number[]; lines: number}

/** Ours, then the same text alone, on what was there before. */
function timed(step: Step, plan: () => NftPlan, before: NftPlan | undefined): NftPlan {
  const began = performance.now()
  const next = plan()
  const change = nftChangeBetween(before, next)
  const text = change ? printNftChange(change) : ''
  nft(text)
  step.ours.push(performance.now() - began)
  const back = nftChangeBetween(next, before ?? {...next, table: undefined})
  nft(back ? printNftChange(back) : '')
  const again = performance.now()
  nft(text)
  step.bare.push(performance.now() - again)
  step.lines = text.split('\n').length - 1
  return next
}

function nft(input: string): void {
  const {status, stderr} = spawnSync('nft', ['-f', '-'], {
    input,
    encoding: 'utf8',
    env: {PATH: '/usr/sbin:/usr/bin:/sbin:/bin'},
  })
  if (status !== 0) throw new Error(stderr)
}

function cellsOf({ours, bare, lines}: Step): readonly string[] {
  const [a, b] = [median(ours), median(bare)]
  return [`${lines}`, a.toFixed(1), b.toFixed(1), (a / b).toFixed(2)]
}

function planOf(pods: readonly PolicyPod[], policies: readonly NetworkPolicy[]): NftPlan {
  const [plan] = policyPlans({policies, namespaces, pods})
  if (plan === undefined) throw new Error('there is no plan for IPv4')
  return plan
}

function podOf(index: number, isLocal: boolean): PolicyPod {
  return {
    namespace: `team-${index % 10}`,
    name: `pod-${index}`,
    labels: {app: `app-${index % 7}`, tier: `${index % 3}`},
    addresses: [nth(podNetwork, index + 2)],
    isLocal,
    ports: [{name: 'http', protocol: 'TCP', port: 8080}],
  }
}

function policyOf(index: number): NetworkPolicy {
  const from = [
    {podSelector: {matchLabels: {app: `app-${index % 7}`}}},
    {namespaceSelector: {matchLabels: {team: `${(index + 1) % 10}`}}},
    {ipBlock: {cidr: '10.0.0.0/8', except: ['10.244.0.0/16']}},
  ]
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: {name: `policy-${index}`, namespace: `team-${index % 10}`},
    spec: {
      podSelector: {matchLabels: {tier: `${index % 3}`}},
      policyTypes: ['Ingress'],
      ingress: [{from, ports: [{port: 'http'}]}],
    },
  }
}
