import test from 'ava'
import fc from 'fast-check'
import {pack} from '../../../src/controllers/slices/pack.ts'
import type {PortGroup} from '../../../src/controllers/slices/port-groups.ts'
import type {EndpointSlice, SliceEndpoint} from '../../../src/objects/endpoint-slice.ts'
import {sampleSlice} from '../../objects/_samples.ts'

const most = 4

const endpoint = (number: number, ready = true): SliceEndpoint => ({
  addresses: [`172.17.12.${number}`],
  conditions: {ready},
})

const ports = (port: number) => [{name: '', port, protocol: 'TCP' as const}]

type World = readonly {readonly number: number; readonly ready: boolean; readonly port: number}[]

const world: fc.Arbitrary<World> = fc.uniqueArray(
  fc.record({number: fc.integer({min: 2, max: 20}), ready: fc.boolean(), port: fc.constantFrom(8080, 9090)}),
  {selector: ({number}) => number},
)

function groupsOf(pods: World): readonly PortGroup[] {
  return [...Map.groupBy(pods, ({port}) => port)].map(([port, members]) => ({
    ports: ports(port),
    endpoints: members.map(({number, ready}) => endpoint(number, ready)),
  }))
}

/** The slices after what the packing says has been written. */
function carriedOut(groups: readonly PortGroup[], present: readonly EndpointSlice[], names: () => string) {
  return pack(groups, present, most).parts.map(({slice, endpoints, ports: offered}) =>
    sampleSlice('kubia', endpoints, {ports: offered, name: slice?.metadata.name ?? names()}),
  )
}

function content(slices: readonly Pick<EndpointSlice, 'endpoints' | 'ports'>[]): readonly string[] {
  return slices
    .flatMap(slice => slice.endpoints.map(one => JSON.stringify([slice.ports, one.addresses, one.conditions])))
    .toSorted()
}

test('after any changes the slices hold what is wanted, each endpoint once, none too full or empty, and looking again changes nothing', t => {
  fc.assert(
    fc.property(fc.array(world, {maxLength: 8}), worlds => {
      let count = 0
      let slices: readonly EndpointSlice[] = []
      for (const pods of worlds) {
        const groups = groupsOf(pods)
        slices = carriedOut(groups, slices, () => `kubia-${count++}`)
        t.deepEqual(content(slices), content(groups))
        t.true(slices.every(({endpoints}) => endpoints.length > 0 && endpoints.length <= most))
        t.deepEqual(
          carriedOut(groups, slices, () => 'new'),
          slices,
        )
        t.deepEqual(pack(groups, slices, most).unused, [])
      }
    }),
  )
})

test('one endpoint that comes, goes or changes concerns one slice', t => {
  fc.assert(
    fc.property(world, fc.nat(), fc.boolean(), (pods, place, comes) => {
      fc.pre(pods.length > 0)
      let count = 0
      const slices = carriedOut(groupsOf(pods), [], () => `kubia-${count++}`)
      const chosen = place % pods.length
      const without = pods.filter((_, index) => index !== chosen)
      const changed = pods.map((one, index) => (index === chosen ? {...one, ready: !one.ready} : one))
      const {parts, unused} = pack(groupsOf(comes ? without : changed), slices, most)
      const touched = parts.filter(
        ({slice, endpoints}) => JSON.stringify(slice?.endpoints) !== JSON.stringify(endpoints),
      )
      t.is(touched.length + unused.length, 1)
    }),
  )
})
