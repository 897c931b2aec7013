import test from 'ava'
import type {Place} from '../../../src/cluster/doctor/machine.ts'
import {type facts, machine} from './_facts.ts'

const place = test.macro({
  exec: (t, name: keyof typeof facts, expected: Place, loadsModules: boolean) => {
    t.is(machine(name).place, expected)
    t.is(machine(name).loadsModules, loadsModules)
  },
  title: (_, name, expected, loadsModules) =>
    `${name} is ${expected} and ${loadsModules ? 'loads' : 'loads no'} modules`,
})

test(place, 'debian', 'plain', true)
test(place, 'ubuntu', 'plain', true)
test(place, 'firecracker', 'plain', false)
test(place, 'wsl', 'wsl', false)
test(place, 'docker', 'container', false)
test(place, 'podman', 'container', false)
test(place, 'dockerDesktop', 'docker-desktop', false)
test(place, 'orbstack', 'orbstack', false)
test(place, 'codespaces', 'codespaces', false)
test(place, 'runner', 'github-actions', true)

test('packages are installed by whatever the distribution, or the one that it is like, has', t => {
  t.is(machine('debian').installs, 'apt-get')
  t.is(machine('ubuntu', {osRelease: 'ID=linuxmint\nID_LIKE="ubuntu debian"\n'}).installs, 'apt-get')
  t.is(machine('fedora').installs, 'dnf')
  t.is(machine('debian', {osRelease: 'ID=gentoo\n'}).installs, 'unknown')
})

test('a machine without os-release has a name, too', t => {
  t.is(machine('debian').distribution, 'Debian GNU/Linux 12 (bookworm)')
  t.is(machine('debian', {osRelease: ''}).distribution, 'an unknown Linux')
})
