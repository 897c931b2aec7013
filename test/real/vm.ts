import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {homedir} from 'node:os'
import {join} from 'node:path'
import {setTimeout} from 'node:timers/promises'
import test from 'ava'
import {systemPath} from '../../src/kernel/system-path.ts'
import {main, startProgram} from './_podlab.ts'

/*
 * The machine that podlab boots for what this one's kernel lacks. Where it cannot be had (no qemu, and nobody who may install it; no network) the
 * tests are skipped with the reason.
 */
const checkout = join(import.meta.dirname, '../..')
const cache = process.env.XDG_CACHE_HOME ?? join(process.env.HOME ?? homedir(), '.cache')
const own = join(checkout, 'node_modules/.bin')
const environment = {
  ...{PATH: `${own}:${systemPath}`, HOME: process.env.HOME ?? homedir(), XDG_CACHE_HOME: cache},
  ...(process.env.CI && {CI: process.env.CI}),
}
const vm = (...words: readonly string[]) =>
  startProgram([process.execPath, main, 'vm', ...words], {cwd: checkout, environment})

const setup = await vm('--setup').ended
const reason = setup.code === 0 ? undefined : (setup.stderr.trim().split('\n').at(-1) ?? 'no machine')

if (reason !== undefined) test.skip(`a machine with Debian's kernel: ${reason}`, () => undefined)
else suite()

function suite(): void {
  test.serial("a command's output, errors, words and exit code come back", async t => {
    t.timeout(300_000)
    const {code, stdout, stderr} = await vm(
      ...[
        '--',
        'sh',
        '-c',
        'pwd; printf "%s|" "$@"; uname -r; seq 20000 | tail -1; echo said >&2; echo again > /dev/stderr; exit 7',
      ],
      ...['sh', 'two words', "it's", ''],
    ).ended
    const version = readFileSync(join(cache, 'podlab/vm/stamp'), 'utf8').split('\n')[0]
    t.is(stdout, `${checkout}\ntwo words|it's||${version}\n20000\n`)
    t.is(stderr, 'said\nagain\n')
    t.is(code, 7)
  })

  test.serial('a command that has not ended in time is ended, with the exit code of timeout', async t => {
    const {code, stderr} = await vm('--timeout', '2', '--', 'sleep', '1000').ended
    t.is(code, 124)
    t.is(stderr, 'podlab: the command had not ended after 2 s; --timeout gives it longer\n')
  })

  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGKILL', null],
  ] as const)
    test.serial(`after ${signal} there is no qemu, and no file`, async t => {
      const before = readdirSync(join(cache, 'podlab'))
      const {child, ended} = vm('--', 'sleep', '1000')
      const qemu = await eventually(() => childOf(child.pid ?? 0))
      child.kill(signal)
      t.is((await ended).code, code)
      t.true(await eventually(() => !existsSync(`/proc/${qemu}`) || undefined))
      t.deepEqual(readdirSync(join(cache, 'podlab')), before)
    })

  test.serial('the suites of ipvs pass in it: npm run test:vm', async t => {
    t.timeout(1_200_000)
    const {code, stdout, stderr} = await vm('--timeout', '1100', '--', 'ava', 'test/vm/*.ts').ended
    t.is(code, 0, stdout + stderr)
    t.notRegex(stdout, /skip/)
    t.regex(stdout, /\d+ tests passed/)
  })
}

/* setpriv becomes qemu, so that it is the same process before and after. */
function childOf(pid: number): string | undefined {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')
  return children.find(child => child !== '' && readFileSync(`/proc/${child}/comm`, 'utf8').startsWith('qemu'))
}

async function eventually<T>(look: () => T | undefined): Promise<T> {
  for (let left = 600; left > 0; left -= 1) {
    const found = look()
    if (found !== undefined) return found
    await setTimeout(50)
  }
  throw new Error('it has not come about within 30 s')
}
