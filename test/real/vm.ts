import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {setTimeout} from 'node:timers/promises'
import test from 'ava'
import {cache, checkout, vm, whyNoMachine} from '../vm/_machine.ts'

/*
 * The machine that podlab boots for what this one's kernel lacks. Where it cannot be had the tests are skipped with the reason. What runs in
 * it is in test/vm.
 */
const reason = await whyNoMachine()

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

  test.serial("the machine's kernel has what labs want and other kernels lack", async t => {
    t.timeout(300_000)
    const kinds = ['dummy', 'vxlan id 1 dstport 8472', 'wireguard', 'ipip local 10.0.0.1']
    const links = kinds.map((kind, at) => `ip link add try${at} type ${kind}`)
    const rest = ['ipvsadm -A -t 10.96.0.10:53 -s rr', 'ipvsadm -Sn', 'tc qdisc add dev try0 root netem delay 1ms']
    const {code, stdout, stderr} = await vm('--', 'unshare', '--net', 'sh', '-ec', [...links, ...rest].join('\n')).ended
    t.is(stderr, '')
    t.is(stdout, '-A -t 10.96.0.10:53 -s rr\n')
    t.is(code, 0)
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
