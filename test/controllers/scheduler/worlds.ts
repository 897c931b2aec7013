import test from 'ava'
import fc from 'fast-check'
import {place} from '../../../src/controllers/scheduler/placing.ts'
import type {Node} from '../../../src/objects/node.ts'
import type {Pod} from '../../../src/objects/pod.ts'
import {sampleNode, samplePod} from '../../objects/_samples.ts'
import {viewOf} from '../_world.ts'

/* Pods come one after the other to a handful of nodes in zones; what is asked of the end is asked of each pod when it gets its node. */

const host = 'kubernetes.io/hostname'
const zone = 'topology.kubernetes.io/zone'

const node = fc.record({zone: fc.constantFrom('a', 'b', ''), cpu: fc.integer({min: 1, max: 4}), tainted: fc.boolean()})

const wish = fc.record({
  app: fc.constantFrom('x', 'y'),
  cpu: fc.constantFrom('', '300m', '0.7', '1'),
  tolerant: fc.boolean(),
  apart: fc.constantFrom('', host, zone),
  beside: fc.constantFrom('', '', host, zone),
  spread: fc.constantFrom('', '', host, zone),
})

type Wish = typeof wish extends fc.Arbitrary<infer W> ? W : never

test('whoever gets a node keeps to all that was asked, and whoever gets none had no node that does', t => {
  const checked = {placed: 0, refused: 0}
  fc.assert(
    fc.property(fc.array(node, {minLength: 1, maxLength: 4}), fc.array(wish, {maxLength: 12}), (places, wishes) => {
      const nodes = places.map((one, index): Node => nodeOf(`n${index}`, one))
      const placed: Pod[] = []
      for (const [index, one] of wishes.entries()) {
        const pod = podOf(`p${index}`, one)
        const placing = place({pod, nodes, view: viewOf(...nodes, ...placed)})
        const allowed = nodes.filter(candidate => isAllowed(pod, candidate, nodes, placed))
        const fits = allowed.map(({metadata}) => metadata.name)
        if ('refusals' in placing) {
          checked.refused++
          t.deepEqual(fits, [])
          t.is(placing.refusals.length, nodes.length)
        } else {
          checked.placed++
          t.true(fits.includes(placing.node.metadata.name), `${placing.node.metadata.name} is not among ${fits}`)
          placed.push({...pod, spec: {...pod.spec, nodeName: placing.node.metadata.name}})
        }
      }
    }),
    {numRuns: 300},
  )
  t.true(checked.placed > 100 && checked.refused > 100, 'both ends are met')
})

test('the law by which the scheduler is judged refuses what it should', t => {
  const [here, there] = [
    nodeOf('n0', {zone: 'a', cpu: 1, tainted: false}),
    nodeOf('n1', {zone: 'b', cpu: 4, tainted: true}),
  ]
  const plain: Wish = {app: 'x', cpu: '', tolerant: false, apart: '', beside: '', spread: ''}
  const settled = {
    ...podOf('p', {...plain, cpu: '0.7'}),
    spec: {...podOf('p', {...plain, cpu: '0.7'}).spec, nodeName: 'n0'},
  }
  const allowed = (with_: Partial<Wish>, on = here) =>
    isAllowed(podOf('q', {...plain, ...with_}), on, [here, there], [settled])
  t.true(allowed({}))
  t.false(allowed({}, there), 'a taint')
  t.false(allowed({cpu: '0.7'}), 'cpu')
  t.false(allowed({apart: zone}), 'apart')
  t.false(allowed({beside: host, tolerant: true}, there), 'beside')
  t.false(allowed({spread: zone}), 'spread')
})

function nodeOf(
  name: string,
  {zone: where, cpu, tainted}: typeof node extends fc.Arbitrary<infer N> ? N : never,
): Node {
  return {
    ...sampleNode(name, tainted ? {taints: [{key: 'k', effect: 'NoSchedule'}]} : {}),
    metadata: {name, labels: {[host]: name, ...(where && {[zone]: where})}},
    status: {allocatable: {cpu: `${cpu}`, pods: '6'}},
  }
}

function podOf(name: string, {app, cpu, tolerant, apart, beside, spread}: Wish): Pod {
  const labelSelector = {matchLabels: {app}}
  const term = (topologyKey: string) => ({
    requiredDuringSchedulingIgnoredDuringExecution: [{labelSelector, topologyKey}],
  })
  return samplePod(name, {
    labels: {app},
    spec: {
      containers: [{name: 'main', image: 'i', ...(cpu && {resources: {requests: {cpu}}})}],
      ...(tolerant && {tolerations: [{operator: 'Exists'}]}),
      affinity: {...(apart && {podAntiAffinity: term(apart)}), ...(beside && {podAffinity: term(beside)})},
      ...(spread && {
        topologySpreadConstraints: [
          {maxSkew: 1, topologyKey: spread, whenUnsatisfiable: 'DoNotSchedule', labelSelector},
        ],
      }),
    },
  })
}

/** The same by looking at every pod, with no thought for the cost. */
function isAllowed(pod: Pod, here: Node, nodes: readonly Node[], placed: readonly Pod[]): boolean {
  const nodeOfPod = ({spec}: Pod) => nodes.find(({metadata}) => metadata.name === spec.nodeName)
  const label = (one: Node | undefined, key: string) => one?.metadata.labels?.[key]
  const alike = (a: Pod, b: Pod) => a.metadata.labels?.app === b.metadata.labels?.app
  const together = (other: Pod, key: string) =>
    label(here, key) !== undefined && label(nodeOfPod(other), key) === label(here, key)
  const keyOf = (one: Pod, which: 'podAffinity' | 'podAntiAffinity') =>
    one.spec.affinity?.[which]?.requiredDuringSchedulingIgnoredDuringExecution?.[0]?.topologyKey
  const mates = placed.filter(other => alike(pod, other))

  const beside = keyOf(pod, 'podAffinity')
  const besideKept =
    beside === undefined ||
    (label(here, beside) !== undefined &&
      (mates.every(mate => label(nodeOfPod(mate), beside) === undefined) || mates.some(mate => together(mate, beside))))
  const apart = keyOf(pod, 'podAntiAffinity')
  const apartKept = apart === undefined || !mates.some(mate => together(mate, apart))
  const others = mates.flatMap(mate => ({mate, key: keyOf(mate, 'podAntiAffinity')}))
  const othersKept = !others.some(({mate, key}) => key !== undefined && together(mate, key))

  const spread = pod.spec.topologySpreadConstraints?.[0]?.topologyKey
  const inPlace = (place: string | undefined) =>
    mates.filter(mate => label(nodeOfPod(mate), spread ?? '') === place).length
  const every = nodes.flatMap(one => label(one, spread ?? '') ?? [])
  const spreadKept =
    spread === undefined ||
    (label(here, spread) !== undefined && inPlace(label(here, spread)) + 1 - Math.min(...every.map(inPlace)) <= 1)

  const cpu = (one: Pod) => Math.round(1000 * cpuOf(`${one.spec.containers[0]?.resources?.requests?.cpu ?? '0'}`))
  const there = placed.filter(({spec}) => spec.nodeName === here.metadata.name)
  const used = there.reduce((sum, one) => sum + cpu(one), 0)
  const roomy = there.length < 6 && (cpu(pod) === 0 || used + cpu(pod) <= 1000 * Number(here.status?.allocatable?.cpu))
  const welcome = !here.spec.taints || pod.spec.tolerations !== undefined
  return besideKept && apartKept && othersKept && spreadKept && roomy && welcome
}

function cpuOf(text: string): number {
  return text.endsWith('m') ? Number(text.slice(0, -1)) / 1000 : Number(text)
}
