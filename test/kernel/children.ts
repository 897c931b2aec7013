import {spawn, spawnSync} from 'node:child_process'
import {once} from 'node:events'
import {closeSync, copyFileSync, mkdtempSync, openSync, readdirSync, rmSync} from 'node:fs'
import {constants, tmpdir} from 'node:os'
import {join} from 'node:path'
import test from 'ava'
import koffi from 'koffi'
import {type Child, loadChildren} from '../../src/kernel/children.ts'
import {childrenOf} from '../../src/kernel/processes.ts'
import type {Program} from '../../src/kernel/spawn.ts'
import {type Starter, starterTests} from '../contract/starter.ts'

const children = loadChildren()
process.on('SIGCHLD', children.reap)

/* A child that Node does not know of keeps no event loop going, nor does a signal's listener. */
const alive = setInterval(() => undefined, 1000)
test.after.always(() => clearInterval(alive))

/** What podlab did before, and what its own has to be like. */
const byNode: Starter = {
  start: async ({file, argv: [argv0, ...words], environment, workingDirectory, descriptors, ownSession}) => {
    const child = spawn(file, words, {
      ...(argv0 !== undefined && {argv0}),
      env: environment,
      cwd: workingDirectory,
      stdio: descriptors.map(one => (one === 'null' ? 'ignore' : one)),
      detached: ownSession ?? false,
    })
    const {promise: ended, resolve} = Promise.withResolvers<number>()
    child.once('exit', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)))
    if (child.pid === undefined) throw (await once(child, 'error'))[0]
    return {pid: child.pid, ended, kill: signal => child.kill(signal)} satisfies Child
  },
}

starterTests(test, 'posix_spawn', {start: async program => children.start(program)})
starterTests(test, 'Node', byNode)

const asleep: Program = {
  file: 'sleep',
  argv: ['sleep', '300'],
  environment: {PATH: '/usr/bin:/bin'},
  workingDirectory: '/',
  descriptors: ['null', 'null', 'null'],
}

test('a text with a NUL, of which a program would see the beginning, is refused', t => {
  const refusal = {message: 'spawn sleep EINVAL'}
  t.throws(() => children.start({...asleep, argv: ['sleep', '1\x0000']}), refusal)
  t.throws(() => children.start({...asleep, environment: {...asleep.environment, A: 'b\0'}}), refusal)
  t.throws(() => children.start({...asleep, workingDirectory: '/\0usr'}), refusal)
})

test('an argument longer than Linux takes is refused', t => {
  t.throws(() => children.start({...asleep, argv: ['sleep', 'x'.repeat(200_000)]}), {message: 'spawn sleep E2BIG'})
})

test('a program that a child of somebody else still has open for writing is waited for', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'podlab-busy-'))
  const busy = join(folder, 'true')
  copyFileSync('/bin/true', busy)
  const hold = (seconds: string) => {
    const file = openSync(busy, 'a')
    const holder = spawn('sleep', [seconds], {stdio: ['ignore', 'ignore', 'ignore', file]})
    closeSync(file)
    return holder
  }
  const holder = hold('300')
  t.is(spawnSync(busy).error?.message, `spawnSync ${busy} ETXTBSY`, 'Node does not wait')
  holder.kill()
  await once(holder, 'exit')
  hold('0.2')
  t.is(await children.start({...asleep, file: busy, argv: ['true']}).ended, 0)
  rmSync(folder, {recursive: true})
})

test('a descriptor that this process was given by a careless parent goes no further, as it does with Node', async t => {
  const open = koffi.load('libc.so.6').func('int open(const char *path, int flags)')
  const leaky: number = open('/etc/hostname', 0)
  const has = async (starter: Starter) => {
    const child = await starter.start(asleep)
    const all = readdirSync(`/proc/${child.pid}/fd`)
    child.kill('SIGKILL')
    await child.ended
    return all.includes(`${leaky}`)
  }
  t.false(await has({start: async program => children.start(program)}))
  t.true(await has(byNode))
})

test('children of Node and others are heard side by side, and none is left', async t => {
  const ends = Array.from({length: 60}, async (_, index) => {
    const program = {...asleep, file: 'sh', argv: ['sh', '-c', `exit ${index}`]}
    return index % 3 === 0 ? (await byNode.start(program)).ended : children.start(program).ended
  })
  t.deepEqual(
    await Promise.all(ends),
    Array.from({length: 60}, (_, index) => index),
  )
})

test('who does not look hears nothing: the end is there at the next look', async t => {
  const own = loadChildren() // nobody tells it of SIGCHLD
  const child = own.start({...asleep, file: 'true', argv: ['true']})
  let heard = false
  void child.ended.then(() => {
    heard = true
  })
  const other = children.start({...asleep, argv: ['sleep', '0.2']})
  await other.ended
  t.false(heard)
  t.true(childrenOf(process.pid).includes(child.pid))
  own.reap()
  t.is(await child.ended, 0)
})
