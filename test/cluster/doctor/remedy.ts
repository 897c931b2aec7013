import test from 'ava'
import type {Machine} from '../../../src/cluster/doctor/machine.ts'
import {diagnose} from '../../../src/cluster/doctor.ts'
import {probes} from '../../../src/cluster/probes.ts'
import {facts, machine} from './_facts.ts'

/* What the doctor says about one probe that has failed. */
function remedyFor(name: string, on: Machine, outcome: {missing?: true} = {}): string {
  const probe = probes.find(one => one.name === name)
  if (probe === undefined) throw new Error(`no probe ${name}`)
  return diagnose(probe, {able: false, said: 'no', ...outcome}, on).remedies.join(' ')
}

const says = test.macro({
  exec: (t, name: string, on: Machine, expected: RegExp) => t.regex(remedyFor(name, on), expected),
  title: (title, name) => `${name} ${title}`,
})

const rootless = {rootless: true} as const
const off = (file: string, value: string) => ({...rootless, switches: {[file]: value}})
const apparmor = off('kernel/apparmor_restrict_unprivileged_userns', '1')

test(
  'on Ubuntu names AppArmor, and root',
  says,
  'namespaces',
  machine('ubuntu', apparmor),
  /apparmor_restrict_unprivileged_userns=0 .*sudo/,
)
test(
  'names the switch of Debian',
  says,
  'namespaces',
  machine('debian', off('kernel/unprivileged_userns_clone', '0')),
  /unprivileged_userns_clone=1/,
)
test(
  'names the limit',
  says,
  'namespaces',
  machine('debian', off('user/max_user_namespaces', '0')),
  /max_user_namespaces=/,
)
test("names Docker's seccomp profile", says, 'namespaces', machine('docker'), /seccomp.*--privileged/)
test('in a container without a filter', says, 'namespaces', machine('podman'), /not the right.*--privileged/)
test('as root on a machine of its own', says, 'namespaces', machine('debian'), /security module/)
test('in a container', says, 'sandbox files', machine('docker'), /masked \/proc.*--privileged/)
test('on a kernel with modules', says, 'netem', machine('debian'), /^As root, type: modprobe sch_netem$/)
test('on Ubuntu', says, 'netem', machine('ubuntu'), /linux-modules-extra-6\.8\.0-45-generic/)
test('on a kernel without modules', says, 'netem', machine('firecracker'), /virtual machine/)
test('in WSL', says, 'netem', machine('wsl'), /wsl --update/)
test(
  'in a container',
  says,
  'br_netfilter',
  machine('docker'),
  /On the machine that the container runs on.*modprobe br_netfilter/,
)
test('in Docker Desktop', says, 'dummy', machine('dockerDesktop'), /Docker Desktop.*virtual machine/)
test('in OrbStack', says, 'wireguard', machine('orbstack'), /OrbStack.*virtual machine/)
test('in a codespace', says, 'netem', machine('codespaces'), /codespace.*virtual machine/)
test('on a runner', says, 'netem', machine('runner'), /^As root, type: modprobe sch_netem$/)
test('for an ordinary user', says, 'ip_vs', machine('debian', rootless), /own root.*sudo/)
test('for root', says, 'ip_vs', machine('debian'), /^As root, type: modprobe -a ip_vs/)
test('that is missing', says, 'tun', machine('debian', {tun: 'missing'}), /modprobe tun$/)
test('that is missing in a container', says, 'tun', machine('docker', {tun: 'missing'}), /--device \/dev\/net\/tun/)
test('that only root may open', says, 'tun', machine('debian', {tun: 'closed'}), /chmod 666/)
test('says that permanent entries do not count', says, 'neighbour table', machine('debian'), /do not count.*gc_thresh3/)
test('in WSL', says, 'memory', machine('wsl'), /\.wslconfig/)
test('in WSL', says, 'kernel', machine('wsl'), /wsl --update/)

test('a program that is missing is a matter of its package, whatever the probe', t => {
  t.is(remedyFor('ip_vs', machine('debian', rootless), {missing: true}), 'As root, type: apt-get install ipvsadm')
  t.regex(remedyFor('ip_vs', machine('fedora'), {missing: true}), /what your system calls/)
})

test('every probe has something to say on every machine, to root and to others', t => {
  for (const name of Object.keys(facts) as (keyof typeof facts)[])
    for (const changed of [{}, rootless])
      for (const probe of probes) t.not(remedyFor(probe.name, machine(name, changed)), '', `${probe.name} on ${name}`)
})

test('where all is well nothing is to be done', t => {
  for (const probe of probes) t.deepEqual(diagnose(probe, {able: true, said: ''}, machine('debian')).remedies, [])
})
