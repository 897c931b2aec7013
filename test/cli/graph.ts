import {mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import test from 'ava'
import type {Lab} from '../../src/lab/lab.ts'
import {fakeDaemon} from '../cluster/_fake-daemon.ts'
import {makePlace} from '../real/_podlab.ts'

/* The command on lab files, and on labs that only answer. */
const place = makePlace({name: 'root', uid: process.getuid?.() ?? 0, way: []})
const sessions = {environment: {XDG_RUNTIME_DIR: `${place.folder}/run`}, remove: () => place.remove()}
const file = place.lab('two', 'nodes: [{name: n1}, {name: n2}]\n')
const lab = {
  name: 'fake',
  cluster: {
    podNetwork: '172.17.0.0/16',
    serviceRange: '10.96.0.0/12',
    underlay: '10.0.20.0/24',
    overlay: 'udp',
    proxyMode: 'iptables',
  },
  nodes: [{name: 'n1', address: '10.0.20.1', podSubnet: '172.17.1.0/24'}],
  clients: [],
  internet: [],
} as unknown as Lab
const {server} = await fakeDaemon('fake', sessions, {lab: async () => lab, list: async () => []})
test.after.always(() => {
  server.close()
  place.remove()
})

test.serial('the lab that is up, as text', async t => {
  const {code, stdout, stderr} = await place.podlab('graph')
  t.deepEqual({code, stderr}, {code: 0, stderr: ''})
  t.is(
    stdout,
    'fake: pods 172.17.0.0/16 over 10.0.20.0/24 by udp, services 10.96.0.0/12 by iptables\n\nnode n1  eth0 10.0.20.1  docker0 172.17.1.0/24\n',
  )
})

test.serial('by its name, and with its tunnel', async t => {
  t.regex((await place.podlab('graph', 'fake', '--mermaid')).stdout, /^flowchart TB\n[\s\S]*flannel0/)
})

test.serial('a lab file that is not up', async t => {
  t.regex((await place.podlab('graph', file)).stdout, /^two: .*\n\nnode n1 [\s\S]*\nnode n2 /)
})

test.serial('a picture in a file, and the same on standard output', async t => {
  const picture = join(place.folder, 'home/two.svg')
  t.deepEqual(await place.podlab('graph', file, '--svg', picture), {code: 0, stdout: '', stderr: ''})
  t.regex(readFileSync(picture, 'utf8'), /^<svg [\s\S]*<\/svg>\n$/)
  t.is((await place.podlab('graph', file, '--svg', '-')).stdout, readFileSync(picture, 'utf8'))
})

test.serial('a reader that goes away is no mistake', async t => {
  const graph = place.start(['graph', file, '--svg', '-'])
  graph.child.stdout?.destroy()
  const {code, stderr} = await graph.ended
  t.deepEqual({code, stderr}, {code: 0, stderr: ''})
})

const refused = test.macro({
  exec: async (t, words: readonly string[], code: number, message: RegExp) => {
    const result = await place.podlab('graph', ...words)
    t.is(result.code, code, result.stderr)
    t.regex(result.stderr, message)
    t.notRegex(result.stderr, /bug|\n +at /)
    t.is(result.stdout, '')
  },
  title: (_, words: readonly string[]) =>
    `graph ${words.map(word => word.replace(place.folder, '')).join(' ')} is refused`,
})

const bad = join(place.folder, 'bad.yaml')
writeFileSync(bad, 'nodes: 7\n')
mkdirSync(join(place.folder, 'empty'))
test.serial(refused, ['nope'], 2, /^nope: there is no such folder or file/)
test.serial(refused, [join(place.folder, 'empty')], 2, /no lab\.yaml|there is no|lab\.yaml/)
test.serial(refused, [bad], 2, /bad\.yaml:1:8: /)
test.serial(refused, [file, '--svg', 'x.svg', '--mermaid'], 2, /^podlab: --svg or --mermaid: choose one\n/)
test.serial(
  refused,
  [file, '--svg', '/nowhere/x.svg'],
  1,
  /^podlab: cannot write \/nowhere\/x.svg: no such file or directory\n/,
)
test.serial(refused, [file, '--svg', '/'], 1, /^podlab: cannot write \/: illegal operation on a directory\n/)
test.serial(refused, [file, '--svg', '/dev/full'], 1, /^podlab: cannot write \/dev\/full: no space left on device\n/)
test.serial(refused, [file, '--svg'], 2, /argument missing/)
test.serial(refused, [file, 'another'], 2, /too many arguments/)
test.serial(refused, ['--png', 'x'], 2, /unknown option/)

test.serial('two labs are up: which is meant?', async t => {
  const other = await fakeDaemon('other', sessions, {})
  const {code, stderr} = await place.podlab('graph')
  other.server.close()
  t.deepEqual(
    {code, stderr},
    {code: 2, stderr: 'podlab: several labs are up (fake, other); choose one with podlab graph NAME\n'},
  )
})

test.serial('no lab is up', async t => {
  await new Promise(resolve => server.close(resolve))
  const {code, stderr} = await place.podlab('graph')
  t.is(code, 2)
  t.regex(stderr, /^podlab: no lab is up\./)
})
