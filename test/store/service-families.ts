import test from 'ava'
import {statusOf} from '../../src/apiserver/status.ts'
import {parseNetwork, parseNetwork6} from '../../src/net/cidr.ts'
import type {Service, ServiceSpec} from '../../src/objects/service.ts'
import {bootstrapObjects} from '../../src/store/bootstrap.ts'
import {memoryStore} from '../../src/store/memory.ts'
import {registry} from '../../src/store/registry.ts'
import {sampleService} from '../objects/_samples.ts'

/** A cluster that gives addresses in their order, from the first above the band of those who choose; dual-stack unless told otherwise. */
function cluster({isDual = true} = {}) {
  let uids = 0
  const store = memoryStore({clock: () => 0, uid: () => `uid-${++uids}`})
  const serviceRange = parseNetwork('10.96.0.0/24')
  const serviceRange6 = isDual ? parseNetwork6('fd00:10:96::/120') : undefined
  const objects = registry({store, serviceRange, serviceRange6, now: () => 0, random: () => 0})
  objects.apply(bootstrapObjects(serviceRange))
  const get = (name: string) => store.get('Service', {namespace: 'default', name}) as Service
  return {
    create: (name: string, spec: ServiceSpec = {}) => families(objects.create(sampleService(name, spec))),
    apply: (name: string, spec: ServiceSpec = {}) => {
      objects.apply([sampleService(name, spec)])
      return families(get(name))
    },
    edit: (name: string, change: Partial<ServiceSpec>) => {
      const before = get(name)
      return families(objects.replace({...before, spec: {...before.spec, ...change}}))
    },
  }
}

/** `SingleStack IPv4 10.96.0.17`. */
function families({spec: {ipFamilyPolicy, ipFamilies = [], clusterIP, clusterIPs = []}}: Service): string {
  return `${ipFamilyPolicy} ${ipFamilies.join(',')} ${clusterIPs.join(',')}${clusterIPs[0] === clusterIP ? '' : ' ?'}`
}

const given = test.macro({
  exec: (t, spec: ServiceSpec, expected: string) => t.is(cluster().create('a', spec), expected),
  title: (_, spec, expected) => `${JSON.stringify(spec)} becomes ${expected}`,
})

test(given, {}, 'SingleStack IPv4 10.96.0.17')
test(given, {ipFamilies: ['IPv6']}, 'SingleStack IPv6 fd00:10:96::11')
test(given, {ipFamilyPolicy: 'PreferDualStack'}, 'PreferDualStack IPv4,IPv6 10.96.0.17,fd00:10:96::11')
test(given, {ipFamilyPolicy: 'RequireDualStack'}, 'RequireDualStack IPv4,IPv6 10.96.0.17,fd00:10:96::11')
test(
  given,
  {ipFamilyPolicy: 'PreferDualStack', ipFamilies: ['IPv6']},
  'PreferDualStack IPv6,IPv4 fd00:10:96::11,10.96.0.17',
)
test(
  given,
  {ipFamilyPolicy: 'RequireDualStack', ipFamilies: ['IPv6', 'IPv4']},
  'RequireDualStack IPv6,IPv4 fd00:10:96::11,10.96.0.17',
)
test(given, {clusterIP: 'fd00:10:96::5'}, 'SingleStack IPv6 fd00:10:96::5')
test(
  given,
  {ipFamilyPolicy: 'RequireDualStack', clusterIP: 'fd00:10:96::5'},
  'RequireDualStack IPv6,IPv4 fd00:10:96::5,10.96.0.17',
)
test(
  given,
  {ipFamilyPolicy: 'PreferDualStack', clusterIP: '10.96.0.5', clusterIPs: ['10.96.0.5', 'fd00:10:96::5']},
  'PreferDualStack IPv4,IPv6 10.96.0.5,fd00:10:96::5',
)
test(given, {clusterIP: 'None'}, 'SingleStack IPv4 None')
test(given, {clusterIP: 'None', ipFamilyPolicy: 'PreferDualStack'}, 'PreferDualStack IPv4,IPv6 None')

test('a cluster of one family gives what it has to those who would prefer two', t => {
  const {create} = cluster({isDual: false})
  t.is(create('a', {ipFamilyPolicy: 'PreferDualStack'}), 'PreferDualStack IPv4 10.96.0.17')
})

function refusal(act: () => unknown): string {
  try {
    act()
    return 'it was taken'
  } catch (error) {
    return statusOf(error).message?.replace(/^Service "a" is invalid: /, '') ?? ''
  }
}

const refused = test.macro({
  exec: (t, spec: ServiceSpec, expected: string) =>
    t.is(
      refusal(() => cluster().create('a', spec)),
      expected,
    ),
  title: (_, spec) => `refused: ${JSON.stringify(spec)}`,
})

test(
  refused,
  {ipFamilies: ['IPv4', 'IPv6']},
  `spec.ipFamilyPolicy: Invalid value: "SingleStack": must be 'RequireDualStack' or 'PreferDualStack' when multiple IP families are specified`,
)
test(
  refused,
  {ipFamilies: ['IPv4', 'IPv4'], ipFamilyPolicy: 'PreferDualStack'},
  'spec.ipFamilies[1]: Duplicate value: "IPv4"',
)
test(
  refused,
  {clusterIP: '10.96.0.5', clusterIPs: ['10.96.0.5', '10.96.0.6'], ipFamilyPolicy: 'RequireDualStack'},
  'spec.clusterIPs: Invalid value: []string{"10.96.0.5", "10.96.0.6"}: may specify no more than one IP for each IP family',
)
test(
  refused,
  {clusterIP: '10.96.0.5', clusterIPs: ['fd00:10:96::5', '10.96.0.5'], ipFamilyPolicy: 'RequireDualStack'},
  'spec.clusterIPs: Invalid value: []string{"fd00:10:96::5", "10.96.0.5"}: first value must match `clusterIP`',
)
test(
  refused,
  {clusterIP: '10.96.0.5', clusterIPs: ['10.96.0.5', 'fd00:10:96::5', '10.96.0.6'], ipFamilyPolicy: 'RequireDualStack'},
  'spec.clusterIPs: Invalid value: []string{"10.96.0.5", "fd00:10:96::5", "10.96.0.6"}: may only hold up to 2 values',
)
test(
  refused,
  {clusterIP: 'None', clusterIPs: ['None', 'fd00:10:96::5'], ipFamilyPolicy: 'RequireDualStack'},
  'spec.clusterIPs: Invalid value: []string{"None", "fd00:10:96::5"}: \'None\' must be the first and only value',
)
test(
  refused,
  {clusterIP: 'fd00:10:96::5', ipFamilies: ['IPv4']},
  'spec.clusterIPs[0]: Invalid value: "fd00:10:96::5": expected an IPv4 value as indicated by `ipFamilies[0]`',
)
test(
  refused,
  {clusterIP: '10.96.0.5', ipFamilies: ['IPv6']},
  'spec.clusterIPs[0]: Invalid value: "10.96.0.5": expected an IPv6 value as indicated by `ipFamilies[0]`',
)
test(
  refused,
  {clusterIP: 'fd01::5'},
  'spec.clusterIPs: Invalid value: []string{"fd01::5"}: failed to allocate IP fd01::5: the provided IP (fd01::5) is not in the valid range. The range of valid IPs is fd00:10:96::/120',
)
test(
  refused,
  {clusterIP: 'fd00:10:96::'},
  'spec.clusterIPs: Invalid value: []string{"fd00:10:96::"}: failed to allocate IP fd00:10:96::: the provided IP (fd00:10:96::) is not in the valid range. The range of valid IPs is fd00:10:96::/120',
)

test('an address is taken in whichever of its texts', t => {
  const {create} = cluster()
  create('b', {clusterIP: 'fd00:10:96::5'})
  t.regex(
    refusal(() => create('a', {clusterIP: 'FD00:10:96:0::5'})),
    /provided IP is already allocated/,
  )
})

const lacking = test.macro({
  exec: (t, spec: ServiceSpec, expected: string) =>
    t.is(
      refusal(() => cluster({isDual: false}).create('a', spec)),
      expected,
    ),
  title: (_, spec) => `a cluster of one family refuses ${JSON.stringify(spec)}`,
})

test(
  lacking,
  {ipFamilyPolicy: 'RequireDualStack'},
  'spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services',
)
test(lacking, {ipFamilies: ['IPv6']}, 'spec.ipFamilies[0]: Invalid value: "IPv6": not configured on this cluster')

test('a Service takes a second family and gives it back, and keeps its first address', t => {
  const {create, edit, apply} = cluster()
  t.is(create('a'), 'SingleStack IPv4 10.96.0.17')
  t.is(edit('a', {ipFamilyPolicy: 'PreferDualStack'}), 'PreferDualStack IPv4,IPv6 10.96.0.17,fd00:10:96::11')
  t.is(edit('a', {selector: {app: 'x'}}), 'PreferDualStack IPv4,IPv6 10.96.0.17,fd00:10:96::11')
  t.is(edit('a', {ipFamilyPolicy: 'SingleStack'}), 'SingleStack IPv4 10.96.0.17')
  t.is(create('b', {ipFamilies: ['IPv6']}), 'SingleStack IPv6 fd00:10:96::11')
  t.is(
    apply('b', {ipFamilies: ['IPv6'], ipFamilyPolicy: 'RequireDualStack'}),
    'RequireDualStack IPv6,IPv4 fd00:10:96::11,10.96.0.18',
  )
})

test('what has been given does not change, and a second family goes only with the policy', t => {
  const {create, edit} = cluster()
  create('a', {ipFamilyPolicy: 'RequireDualStack'})
  t.is(
    refusal(() => edit('a', {clusterIPs: ['10.96.0.17']})),
    `spec.ipFamilyPolicy: Invalid value: "RequireDualStack": must be 'SingleStack' to release the secondary cluster IP`,
  )
  t.is(
    refusal(() => edit('a', {ipFamilies: ['IPv4']})),
    `spec.ipFamilyPolicy: Invalid value: "RequireDualStack": must be 'SingleStack' to release the secondary IP family`,
  )
  t.is(
    refusal(() => edit('a', {clusterIPs: ['10.96.0.17', 'fd00:10:96::12']})),
    'spec.clusterIPs[1]: Invalid value: []string{"10.96.0.17", "fd00:10:96::12"}: may not change once set',
  )
  create('c')
  t.regex(
    refusal(() => edit('c', {ipFamilies: ['IPv6'], clusterIP: 'fd00:10:96::20', clusterIPs: ['fd00:10:96::20']})),
    /^Service "c" is invalid: \[spec.clusterIPs\[0\]: .*may not change once set, spec.ipFamilies\[0\]: .*may not change once set\]$/,
  )
})
