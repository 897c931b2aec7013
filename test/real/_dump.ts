import {execFileSync} from 'node:child_process'
import {existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import type {ExecutionContext, TestFn} from 'ava'
import {parseTar} from '../../src/cluster/dump/tar.ts'
import {descendants} from './_host.ts'
import {type Account, eventually, makePlace, sessionFolder} from './_podlab.ts'
import {startOnSmallDisk} from './_small-disk.ts'

/*
 * Dumps of a lab that is well, of one whose daemon hangs, and of one that is dead.
 *
 *   one node: web (prints a line), odd (has a secret in its environment)
 */
const labFile = `
nodes: [{name: master}]
manifests:
  - {apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {containers: [{name: main, image: luksa/kubia}]}}
  - apiVersion: v1
    kind: Pod
    metadata: {name: odd}
    spec: {containers: [{name: main, image: busybox, command: [sh, -c, 'sleep 1000; true', --token=swordfish], env: [{name: DB_PASSWORD, value: swordfish}]}]}
`

export function dumpSuite(test: TestFn, account: Account): void {
  const place = makePlace(account)
  const name = place.name('dump')
  const title = (text: string) => `${account.name}: ${text}`
  const file = (word: string) => join(place.folder, 'home', word)
  const daemon = () => JSON.parse(readFileSync(join(sessionFolder(place, name), 'state.json'), 'utf8')).pid as number

  test.before(async t => {
    const {code, stderr} = await place.podlab('up', place.lab(name, labFile))
    t.is(code, 0, stderr)
  })
  test.after.always(async t => {
    await place.podlab('down', '--all')
    await eventually('every process has ended', () => descendants().length === 0).catch(() => undefined)
    t.deepEqual(descendants(), [])
    place.remove()
  })

  test.serial(title('a folder holds everything, and no secret'), async t => {
    const {code, stdout, stderr} = await place.podlab('dump', '-o', file('whole'))
    t.deepEqual({code, stdout}, {code: 0, stdout: ''}, stderr)
    const files = readFolder(file('whole'))
    const index = files.get('README.txt') ?? ''
    for (const [path, words] of Object.entries(expected)) {
      t.regex(files.get(path) ?? `no ${path}`, words, path)
      t.true(index.includes(`\n${path}`), path)
    }
    for (const [path, text] of files) t.notRegex(text, /swordfish/, path)
    t.false(index.includes('Could not be had'), index)
  })

  test.serial(title('an archive holds the same files'), async t => {
    t.is((await place.podlab('dump', '--lab', name, '-o', file('d.tar'))).code, 0)
    t.is((await place.podlab('dump', '-o', file('d.tar.gz'))).code, 0)
    const names = [...readFolder(file('whole')).keys()].map(path => `podlab-dump/${path}`).sort()
    t.deepEqual(
      parseTar(readFileSync(file('d.tar')))
        .map(({path}) => path)
        .sort(),
      names,
    )
    t.deepEqual(
      execFileSync('tar', ['-tzf', file('d.tar.gz')], {encoding: 'utf8'})
        .trim()
        .split('\n')
        .sort(),
      names,
    )
  })

  test.serial(title('a daemon that hangs hides only the objects'), async t => {
    process.kill(daemon(), 'SIGSTOP')
    const {code, stderr} = await place
      .podlab('dump', '-o', file('hangs'))
      .finally(() => process.kill(daemon(), 'SIGCONT'))
    t.is(code, 0)
    t.regex(stderr, /^The daemon of \S+ does not answer; what can be had from outside is dumped\.\n/)
    const files = readFolder(file('hangs'))
    t.regex(files.get('processes.txt') ?? '', /T \(stopped\)/)
    t.regex(files.get('nodes/master/iptables.txt') ?? '', /KUBE-SERVICES/)
    t.true([...files.keys()].some(path => /^pods\/pod-.*\/route\.txt$/.test(path)))
    t.regex(files.get('README.txt') ?? '', /Could not be had:\n(.*\n)*objects\/Pod\.yaml {2}no answer in time\n/)
  })

  test.serial(title('a dead lab leaves its log'), async t => {
    const keeper = descendants().find(({command}) => command.includes('podlab-keeper'))
    t.truthy(keeper)
    const pid = daemon()
    process.kill(keeper?.pid ?? 0, 'SIGKILL')
    process.kill(pid, 'SIGKILL')
    await eventually('the lab is dead', () => descendants().every(one => one.pid !== pid))
    const {code, stderr} = await place.podlab('dump', '-o', file('dead'))
    t.is(code, 0)
    t.regex(stderr, /^The daemon of \S+ is gone/)
    const files = readFolder(file('dead'))
    t.regex(files.get('daemon.log') ?? '', /"msg":/)
    t.regex(files.get('README.txt') ?? '', /objects\/Pod\.yaml {2}the lab's daemon does not answer/)
  })

  test.serial(title('without a lab it tells of the machine'), async t => {
    await place.podlab('ls')
    t.is((await place.podlab('dump', '-o', file('machine'))).code, 0)
    t.deepEqual([...readFolder(file('machine')).keys()].sort(), ['README.txt', 'doctor.json', 'versions.txt'])
  })

  if (account.name === 'root' || process.getuid?.() !== 0) mistakes(test, {place, file})
}

const expected: Readonly<Record<string, RegExp>> = {
  'versions.txt': /^podlab \d/,
  'doctor.json': /"name": "namespaces"/,
  'lab.yaml': /DB_PASSWORD\n\s+value: \(left out\)/,
  'lab.json': /"podNetwork"/,
  'daemon.log': /"msg":/,
  'processes.txt': /--token=\(left out\)/,
  'objects/Pod.yaml': /DB_PASSWORD\n\s+value: \(left out\)/,
  'objects/Node.yaml': /name: master/,
  'nodes/master/address.txt': /docker0/,
  'nodes/master/bridge-fdb.txt': /dev docker0/,
  'nodes/master/iptables.txt': /-A KUBE-SERVICES/,
  'nodes/master/sysctl.txt': /net.ipv4.ip_forward = 1/,
  'nodes/master/flannel.txt': /FLANNEL_SUBNET=/,
  'pods/default-web/route.txt': /default via/,
  'pods/default-web/logs/main/0.log': /Kubia server starting/,
}

type Words = {readonly place: ReturnType<typeof makePlace>; readonly file: (word: string) => string}

function mistakes(test: TestFn, {place, file}: Words): void {
  const refused = test.macro({
    exec: async (t: ExecutionContext, words: readonly string[], code: number, message: RegExp) => {
      mkdirSync(file('full'), {recursive: true})
      writeFileSync(file('full/x'), '')
      const result = await place.podlab('dump', ...words)
      t.is(result.code, code, result.stderr)
      t.regex(result.stderr, message)
      t.notRegex(result.stderr, /this is a bug|\n +at /)
    },
    title: (_, words: readonly string[]) =>
      `dump ${words.map(word => word.replace(place.folder, '')).join(' ')} is refused`,
  })
  test.serial(refused, ['--lab', 'nope'], 2, /^podlab: no lab named nope is up; up are: none\n/)
  test.serial(refused, ['-o', file('full')], 2, /^podlab: the folder .*full is not empty\n/)
  test.serial(refused, ['-o', file('full/x')], 2, /^podlab: .*full\/x is neither a folder nor an archive/)
  test.serial(refused, ['-o', file('full/x/y')], 2, /neither a folder nor an archive/)
  test.serial(
    refused,
    ['-o', '/nowhere/d.tar'],
    1,
    /^podlab: cannot write \/nowhere\/d\.tar: no such file or directory\n/,
  )
  test.serial(refused, ['-o', '/proc/nowhere/d'], 1, /^podlab: cannot write \/proc\/nowhere\/d: /)
  test.serial(refused, ['-o', '/dev/full'], 2, /^podlab: \/dev\/full is neither a folder nor an archive/)
  test.serial(refused, ['-o', `${'x'.repeat(300)}.tar`], 1, /^podlab: cannot write x+\.tar: name too long\n/)
  test.serial(refused, ['-o'], 2, /argument missing/)
  test.serial(refused, ['something'], 2, /too many arguments/)

  test.serial('a full disk is told', async t => {
    if (process.getuid?.() !== 0) return void t.pass('only root mounts a small disk')
    const disk = file('disk')
    for (const output of [join(disk, 'd.tar'), join(disk, 'folder')]) {
      const {code, stderr} = await startOnSmallDisk(place, {disk, size: '4k'}, ['dump', '-o', output]).ended
      t.is(code, 1)
      t.regex(stderr, /^podlab: cannot write .*no space left on device/)
    }
  })

  test.serial('two labs are up: which is meant?', async t => {
    for (const lab of ['one', 'two'])
      t.is((await place.podlab('up', place.lab(place.name(lab), 'nodes: [{name: n1}]'))).code, 0)
    const {code, stderr} = await place.podlab('dump', '-o', file('never'))
    t.is(code, 2)
    t.regex(stderr, /^podlab: several labs are up \(.*\); choose one with --lab NAME\n$/)
    t.false(existsSync(file('never')))
  })
}

function readFolder(folder: string): ReadonlyMap<string, string> {
  const names = readdirSync(folder, {recursive: true, withFileTypes: true}).filter(entry => entry.isFile())
  const paths = names.map(({parentPath, name}) => join(parentPath, name))
  return new Map(paths.map(path => [path.slice(folder.length + 1), readFileSync(path, 'utf8')]))
}
