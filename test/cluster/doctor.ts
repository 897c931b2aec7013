import {spawnSync} from 'node:child_process'
import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {setTimeout} from 'node:timers/promises'
import test from 'ava'
import {examine, tryOut} from '../../src/cluster/doctor.ts'
import {allModules, probes} from '../../src/cluster/probes.ts'
import {facts} from './doctor/_facts.ts'

const mayMakeSandbox = (await tryOut({script: 'true'})).able

test.serial('every probe is tried, and a failed one says what the tool said and what to do', async t => {
  const {findings} = await examine()
  t.deepEqual(
    findings.map(({probe}) => probe),
    [...probes],
  )
  for (const {able, said, probe, remedies, untried} of findings) {
    if (!able) t.not(said, '', probe.name)
    t.is(remedies.length > 0, !able && !untried, probe.name)
  }
})

test.serial('an examination leaves no link, mount or namespace behind', async t => {
  const picture = () => ['ip -oneline link', 'cat /proc/self/mountinfo', 'ip netns'].map(run)
  const before = picture()
  await examine()
  t.deepEqual(picture(), before)
})

test.serial('a trial that hangs is ended in time, and all that it started with it', async t => {
  const mark = `${process.pid}.00421`
  const trial = tryOut({script: `setsid sleep ${mark} & sleep ${mark}`}, {withinMs: 1000})
  if (mayMakeSandbox) await until(() => running(mark) === 2)
  const outcome = await trial
  t.false(outcome.able)
  if (mayMakeSandbox) t.is(outcome.said, 'no answer within 1 s')
  await until(() => running(mark) === 0)
  t.is(running(mark), 0)
})

const programs = mayMakeSandbox ? test : test.skip
programs('a program that is not installed is told from one that fails', async t => {
  const patient = {withinMs: 120_000}
  t.deepEqual(await tryOut({script: 'true', program: ['podlab-no-such-program', 'nothing']}, patient), {
    able: false,
    said: 'podlab-no-such-program is not installed',
    missing: true,
  })
  t.deepEqual(await tryOut({script: 'echo no >&2; exit 127'}, patient), {able: false, said: 'no'})
})

test('without a sandbox only that is remedied, and what could be read is told', async t => {
  const {findings} = await examine(Promise.resolve({...facts.debian, rootless: true}), async (find, given) =>
    typeof find === 'function' ? find(given) : {able: false, said: 'unshare failed'},
  )
  const remedied = findings.filter(({remedies}) => remedies.length > 0)
  t.deepEqual(
    remedied.map(({probe}) => probe.name),
    ['namespaces'],
  )
  t.true(findings.find(({probe}) => probe.name === 'iproute2')?.able)
  t.true(findings.find(({probe}) => probe.name === 'vxlan')?.untried)
})

/* A user namespace that may have no other in it plays the machine that forbids them. */
const forbidding = [
  ...['--user', '--map-user=1000', '--keep-caps', 'sh', '-c'],
  'echo 0 >/proc/sys/user/max_user_namespaces && exec "$@"',
  'sh',
]
const mayForbid = mayMakeSandbox && spawnSync('unshare', [...forbidding, 'true']).status === 0
const forbidden = mayForbid ? test : test.skip
forbidden(
  `where namespaces are forbidden the doctor ends with 3${mayForbid ? '' : ' (unshare here is too old)'}`,
  t => {
    const main = join(import.meta.dirname, '../../src/main.ts')
    const {status, stdout} = spawnSync('unshare', [...forbidding, process.execPath, main, 'doctor', '--json'], {
      encoding: 'utf8',
    })
    t.is(status, 3)
    const {good, findings} = JSON.parse(stdout) as {good: boolean; findings: {name: string; remedy?: string}[]}
    t.false(good)
    t.regex(findings.find(({name}) => name === 'namespaces')?.remedy ?? '', /sysctl -w user\.max_user_namespaces/)
  },
)

test('every probe has a name of its own and says what it is good for', t => {
  t.is(new Set(probes.map(({name}) => name)).size, probes.length)
  for (const {gives, name} of probes) t.not(gives, '', name)
})

test('what a lab cannot do without is required', t => {
  const required = probes.filter(({need}) => need === 'required').map(({name}) => name)
  for (const name of ['namespaces', 'overlay', 'veth and bridge', 'vxlan', 'iptables', 'br_netfilter'])
    t.true(required.includes(name), name)
})

test('a machine of podlab loads what every overlay, proxy mode and fault wants', t => {
  for (const name of ['ip_vs', 'ip_vs_rr', 'dummy', 'sch_netem', 'wireguard', 'vxlan', 'br_netfilter', 'tun'])
    t.true(allModules.includes(name), name)
})

/* Processes of a sandbox that is gone end by themselves; nobody tells. */
async function until(isSo: () => boolean): Promise<void> {
  const deadline = performance.now() + 10_000
  while (!isSo() && performance.now() < deadline) await setTimeout(5)
}

function run(command: string): string {
  const [program = '', ...words] = command.split(' ')
  return spawnSync(program, words, {encoding: 'utf8'}).stdout
}

function running(mark: string): number {
  return readdirSync('/proc').filter(name => /^\d+$/.test(name) && commandLine(name).includes(`sleep\0${mark}`)).length
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}
