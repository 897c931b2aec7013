import test from 'ava'
import {enterCommand, nodeEnvironment} from '../../src/cluster/enter.ts'

const pod = {pid: 31, namespaces: ['net', 'uts', 'ipc', 'mount', 'pid'], environment: {}} as const
const node = {pid: 12, namespaces: ['net', 'uts', 'ipc', 'mount'], environment: {}} as const

test("root enters the sandbox, where the process ids are the lab's, and from there the pod", t => {
  t.is(
    enterCommand({daemonPid: 4711, rootless: false}, pod, ['ip', 'route']).join(' '),
    '/usr/bin/nsenter --target=4711 --mount --pid -- ' +
      '/usr/bin/nsenter --target=31 --net --uts --ipc --mount --pid -- ip route',
  )
})

test("an ordinary user enters the sandbox's user namespace first", t => {
  t.is(
    enterCommand({daemonPid: 4711, rootless: true}, node, ['ip', 'route']).join(' '),
    '/usr/bin/nsenter --target=4711 --user --preserve-credentials --mount --pid -- ' +
      '/usr/bin/nsenter --target=12 --net --uts --ipc --mount -- ip route',
  )
})

test('words of the program stay whole, whatever is in them', t => {
  const words = ['sh', '-c', 'echo "$HOME"; exit 3', '--', '-l', 'a b', '']
  t.deepEqual(enterCommand({daemonPid: 1, rootless: false}, pod, words).slice(-words.length), words)
})

test("a program in a node finds the machine's programs", t => {
  const {PATH = '', HOSTNAME, TERM} = nodeEnvironment('node1', undefined)
  t.true(PATH.split(':').includes('/usr/sbin'))
  t.deepEqual([HOSTNAME, TERM], ['node1', 'dumb'])
  t.is(nodeEnvironment('node1', 'xterm').TERM, 'xterm')
})
