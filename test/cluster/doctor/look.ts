import test from 'ava'
import {isAtLeast, neighbourTable, version} from '../../../src/cluster/doctor/look.ts'
import {facts} from './_facts.ts'

const entries = (count: string) => ({
  ...facts.debian,
  switches: {'net/ipv4/neigh/default/gc_thresh3': count},
})

test('the neighbour table holds two entries a pod', t => {
  t.deepEqual(neighbourTable(entries('1024')), {
    able: false,
    said: '1024 entries: 512 pods that learn their gateway by ARP',
  })
  t.true(neighbourTable(entries('8192')).able)
})

test('a container does not see the neighbour table, and that is no fault', t => {
  t.deepEqual(neighbourTable(facts.docker), {able: true, said: 'not to be read in a container'})
})

const known = test.macro({
  exec: (t, said: string | undefined, expected: string, able: boolean) =>
    t.deepEqual(version(said), {able, said: expected}),
  title: (_, said) => `the version in ${said}`,
})

test(known, 'ip utility, iproute2-6.1.0, libbpf 1.1.2', '6.1.0, libbpf 1.1.2', true)
test(known, 'ip utility, iproute2-ss200127', 'ip utility, iproute2-ss200127', true)
test(known, 'iptables v1.8.9 (nf_tables)', '1.8.9 (nf_tables)', true)
test(known, 'iptables v1.8.7 (legacy)', '1.8.7 (legacy)', true)
test(known, undefined, 'not installed', false)

test('5.11 is new enough, and 6.0; 5.4 and 4.19 are not', t => {
  const able = (release: string) => isAtLeast(release, [5, 11])
  t.deepEqual(['5.11.0-rc1', '6.0.1', '5.4.0-100-generic', '4.19.128-microsoft-standard'].map(able), [
    true,
    true,
    false,
    false,
  ])
})
