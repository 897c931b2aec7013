import test from 'ava'
import {examine} from '../../src/cluster/doctor.ts'
import {probes} from '../../src/cluster/probes.ts'

test('every probe is tried, and a failed one says what the tool said', async t => {
  const findings = await examine()
  t.deepEqual(
    findings.map(({probe}) => probe),
    [...probes],
  )
  for (const {able, said, probe} of findings) if (!able) t.not(said, '', probe.name)
})

test('every probe has a name of its own, and a remedy that says what to do', t => {
  t.is(new Set(probes.map(({name}) => name)).size, probes.length)
  for (const {remedy, gives, name} of probes) {
    t.regex(remedy, /type: |install|up says|outside|newer kernel/, name)
    t.not(gives, '')
  }
})

test('what a lab cannot do without is required', t => {
  const required = probes.filter(({need}) => need === 'required').map(({name}) => name)
  for (const name of ['namespaces', 'overlay', 'veth and bridge', 'vxlan', 'iptables', 'br_netfilter'])
    t.true(required.includes(name), name)
})
