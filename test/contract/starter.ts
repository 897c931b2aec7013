import {closeSync, mkdtempSync, openSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync} from 'node:fs'
import {constants, tmpdir} from 'node:os'
import {join} from 'node:path'
import {setImmediate} from 'node:timers/promises'
import type {TestFn} from 'ava'
import fc from 'fast-check'
import type {Child} from '../../src/kernel/children.ts'
import type {Program} from '../../src/kernel/spawn.ts'
import {loadSyscalls} from '../../src/kernel/syscalls.ts'

/** What starts a process; it rejects with an error that has the errno's name as its `code`. */
export type Starter = {start(program: Program): Promise<Child>}

const bare: Omit<Program, 'argv'> = {
  file: 'sh',
  environment: {PATH: '/usr/bin:/bin'},
  workingDirectory: '/',
  descriptors: ['null', 'null', 'null'],
}

const shell = (line: string): Program => ({...bare, argv: ['sh', '-c', line]})

const asleep: Program = {...bare, file: 'sleep', argv: ['sleep', '300']}

/** What holds of every starter of processes. */
export function starterTests(test: TestFn, name: string, starter: Starter): void {
  const codeOf = async (program: Program) => (await starter.start(program)).ended

  /** Looks at a living process, and ends it. A new program's words are in sight a moment after it has its memory. */
  const seen = async <T>(program: Program, look: (child: Child) => T): Promise<T> => {
    const child = await starter.start(program)
    try {
      while (readFileSync(`/proc/${child.pid}/cmdline`, 'utf8') === '') await setImmediate()
      return look(child)
    } finally {
      child.kill('SIGKILL')
      await child.ended
    }
  }

  test(`${name}: the code of a program is heard`, async t => {
    for (const code of [0, 1, 3, 127, 128, 137, 255]) t.is(await codeOf(shell(`exit ${code}`)), code)
  })

  test(`${name}: a signal counts as 128 and its number`, async t => {
    for (const signal of ['HUP', 'INT', 'ABRT', 'KILL', 'SEGV', 'PIPE', 'TERM'] as const)
      t.is(await codeOf(shell(`kill -${signal} $$`)), 128 + constants.signals[`SIG${signal}`])
  })

  test(`${name}: of two hundred that end at once each is heard with its own code`, async t => {
    const codes = Array.from({length: 200}, (_, index) => index)
    const children = await Promise.all(codes.map(code => starter.start(shell(`exit ${code}`))))
    t.is(new Set(children.map(({pid}) => pid)).size, 200)
    t.deepEqual(await Promise.all(children.map(({ended}) => ended)), codes)
  })

  test(`${name}: a process that has ended is no zombie, and takes no signal`, async t => {
    const child = await starter.start(asleep)
    t.true(child.kill('SIGTERM'))
    t.is(await child.ended, 143)
    t.throws(() => readFileSync(`/proc/${child.pid}/stat`), {code: 'ENOENT'})
    t.false(child.kill('SIGKILL'))
  })

  test(`${name}: no signal is blocked or ignored`, async t => {
    const status = await seen(asleep, ({pid}) => readFileSync(`/proc/${pid}/status`, 'utf8'))
    t.deepEqual(status.match(/^Sig(Blk|Ign):.*$/gm), ['SigBlk:\t0000000000000000', 'SigIgn:\t0000000000000000'])
  })

  test(`${name}: descriptors come in their order, also those that have to change places`, async t => {
    const folder = mkdtempSync(join(tmpdir(), 'starter-'))
    const files = Array.from({length: 40}, (_, index) => join(folder, `${index}`))
    const opened = files.map(file => openSync(file, 'a'))
    const backwards = opened.toReversed()
    const given = await seen({...asleep, descriptors: ['null', ...backwards, ...backwards]}, ({pid}) =>
      Array.from({length: 81}, (_, fd) => readlinkSync(`/proc/${pid}/fd/${fd}`)),
    )
    const names = files.toReversed()
    t.deepEqual(given, ['/dev/null', ...names, ...names])
    for (const fd of opened) closeSync(fd)
    rmSync(folder, {recursive: true})
  })

  test(`${name}: of the descriptors of this process a child has none but its own`, async t => {
    const mine = openSync('/etc/passwd', 'r')
    const {readEnd, writeEnd} = loadSyscalls().pipe()
    const links = await seen(asleep, ({pid}) =>
      readdirSync(`/proc/${pid}/fd`).map(fd => readlinkSync(`/proc/${pid}/fd/${fd}`)),
    )
    t.deepEqual(links.slice(0, 3), ['/dev/null', '/dev/null', '/dev/null'])
    t.false(links.includes('/etc/passwd'))
    t.false(links.includes(readlinkSync(`/proc/self/fd/${readEnd}`)))
    for (const fd of [mine, readEnd, writeEnd]) closeSync(fd)
  })

  test(`${name}: environment and directory are those that were given`, async t => {
    const environment = {PATH: '/usr/bin:/bin', EMPTY: '', SIGN: 'a=b', UMLAUT: 'Grüße\n'}
    const look = ({pid}: Child) => [readFileSync(`/proc/${pid}/environ`, 'utf8'), readlinkSync(`/proc/${pid}/cwd`)]
    t.deepEqual(await seen({...asleep, environment, workingDirectory: '/usr/share'}, look), [
      'PATH=/usr/bin:/bin\0EMPTY=\0SIGN=a=b\0UMLAUT=Grüße\n\0',
      '/usr/share',
    ])
  })

  test(`${name}: arguments arrive byte by byte`, async t => {
    const {readEnd, writeEnd} = loadSyscalls().pipe()
    const words = fc.array(fc.string({unit: 'binary'}).filter(word => !word.includes('\0')))
    const known = ['', ' ', '"', "'", '\\', '$HOME', '\n', '--', '\u{1f433}', '\x01\x7f', 'x'.repeat(100_000)]
    const property = fc.asyncProperty(words, async rest => {
      const argv = ['a name', '-c', 'read line', ...rest]
      const program: Program = {...bare, argv, descriptors: [readEnd, 'null', 'null']}
      const line = await seen(program, ({pid}) => readFileSync(`/proc/${pid}/cmdline`, 'utf8'))
      t.is(line, argv.map(word => `${word}\0`).join(''))
    })
    await fc.assert(property, {numRuns: 30, examples: [[known]]})
    for (const fd of [readEnd, writeEnd]) closeSync(fd)
  })

  test(`${name}: only who asks for it leads a session of its own`, async t => {
    const sessionOf = ({pid}: {pid: number | 'self'}) =>
      Number(
        readFileSync(`/proc/${pid}/stat`, 'utf8')
          .replace(/^.*\) /, '')
          .split(' ')[3],
      )
    t.is(await seen(asleep, sessionOf), sessionOf({pid: 'self'}))
    t.true(await seen({...asleep, ownSession: true}, child => sessionOf(child) === child.pid))
  })

  test(`${name}: what cannot be started says what and why`, async t => {
    const folder = mkdtempSync(join(tmpdir(), 'starter-'))
    writeFileSync(join(folder, 'text'), 'no program')
    const refused = async (change: Partial<Program>, message: string) => {
      const error = await t.throwsAsync<Error & {code?: string}>(starter.start({...asleep, ...change}), {message})
      t.is(error?.code, message.split(' ').at(-1))
    }
    await refused({file: 'no-such-program'}, 'spawn no-such-program ENOENT')
    await refused({file: '/no/such/program'}, 'spawn /no/such/program ENOENT')
    await refused({workingDirectory: '/no/such/folder'}, 'spawn sleep ENOENT')
    await refused({file: '/etc/passwd'}, 'spawn /etc/passwd EACCES')
    await refused({file: '/usr'}, 'spawn /usr EACCES')
    await refused({file: 'text', environment: {PATH: folder}}, 'spawn text EACCES')
    rmSync(folder, {recursive: true})
  })
}
