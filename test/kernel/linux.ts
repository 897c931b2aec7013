import test from 'ava'
import {KernelError, type Run} from '../../src/kernel/kernel.ts'
import {linuxKernel} from '../../src/kernel/linux.ts'
import type {Op} from '../../src/kernel/op.ts'
import {print} from '../../src/kernel/print.ts'
import type {IptablesRule} from '../../src/kernel/ruleset.ts'
import {parseIp} from '../../src/net/ip.ts'
import {parseMac} from '../../src/net/mac.ts'
import {bridge} from '../contract/kernel/links.ts'

type Answer = Partial<Awaited<ReturnType<Run>>>

/** A kernel whose tools answer what a test says, in turn; `asked` is what was run. */
function scripted(...answers: Answer[]) {
  return scriptedWith({}, ...answers)
}

function scriptedWith({netlink}: Pick<Parameters<typeof linuxKernel>[0], 'netlink'>, ...answers: Answer[]) {
  const asked: string[] = []
  const run: Run = async ({argv, input = ''}) => {
    asked.push([argv.join(' '), ...input.split('\n').filter(line => line !== '')].join('\n'))
    return {code: 0, stdout: '', stderr: '', ...answers[asked.length - 1]}
  }
  return {kernel: linuxKernel({run, ...(netlink && {netlink})}), asked}
}

const up = (name: string): Op => ({op: 'setLink', name, set: {up: true}})
const neighbour = {link: 'a', ip: parseIp('10.0.0.9'), mac: parseMac('02:42:00:00:00:09')}

test('one process takes all lines of a tool', async t => {
  const {kernel, asked} = scripted()
  await kernel.apply('n', [up('a'), up('b'), {op: 'setSysctl', name: 'net.ipv4.ip_forward', value: '1'}])
  t.deepEqual(asked, ['ip -batch -\nlink set dev a up\nlink set dev b up', 'sysctl -q -w -- net.ipv4.ip_forward=1'])
})

test('a failure names the line by its number', async t => {
  const stderr = 'RTNETLINK answers: Operation not permitted\nCommand failed -:2\n'
  const {kernel} = scripted({code: 1, stderr})
  await t.throwsAsync(kernel.apply('n', [up('a'), up('b'), up('c')]), {
    instanceOf: KernelError,
    message: 'Operation not permitted: ip link set dev b up (in network namespace n)',
  })
})

test('a failure that names no line is looked for line by line', async t => {
  const stderr = 'RTNETLINK answers: No such device\n'
  const {kernel, asked} = scripted({code: 2, stderr}, {}, {code: 2, stderr})
  const error = await t.throwsAsync<KernelError>(kernel.apply('n', [up('a'), up('b'), up('c')]))
  t.is(error?.line, 'link set dev b up')
  t.deepEqual(asked.slice(1), ['ip -batch -\nlink set dev a up', 'ip -batch -\nlink set dev b up'])
})

test('after an entry that is gone already, the rest follows', async t => {
  const {kernel, asked} = scripted({code: 1, stderr: 'Cannot find device "a"\nCommand failed -:1\n'})
  await kernel.apply('n', [{op: 'deleteNeighbour', neighbour}, up('b')])
  t.is(asked.at(-1), 'ip -batch -\nlink set dev b up')
})

test('when one link of a group is gone already, the others are deleted one by one', async t => {
  const {kernel, asked} = scripted(
    {code: 1, stderr: 'Cannot find device "b"\nCommand failed -:3\n'},
    {code: 1, stderr: 'Cannot find device "b"\nCommand failed -:2\n'},
  )
  await kernel.apply('n', [up('x'), ...['a', 'b', 'c'].map((name): Op => ({op: 'deleteLink', name}))])
  t.deepEqual(asked.slice(1), [
    'ip -batch -\nlink del dev a\nlink del dev b\nlink del dev c',
    'ip -batch -\nlink del dev c',
  ])
})

test('a link that is there already as another kind is a failure', async t => {
  const dummy = JSON.stringify([
    {ifname: 'br0', flags: [], mtu: 1500, link_type: 'ether', linkinfo: {info_kind: 'dummy'}, addr_info: []},
  ])
  const {kernel} = scripted({code: 1, stderr: 'RTNETLINK answers: File exists\nCommand failed -:1\n'}, {stdout: dummy})
  await t.throwsAsync(kernel.apply('n', [{op: 'addLink', link: bridge('br0')}]), {message: /^File exists: ip link add/})
})

test('a sysctl that fails is named, whatever the exit code', async t => {
  const {kernel} = scripted({stderr: 'sysctl: setting key "net.ipv4.conf.flannel/1.rp_filter": Invalid argument\n'})
  const error = await t.throwsAsync<KernelError>(
    kernel.apply('n', [
      {op: 'setSysctl', name: 'net.ipv4.ip_forward', value: '1'},
      {op: 'setSysctl', name: 'net.ipv4.conf.flannel/1.rp_filter', value: 'x'},
    ]),
  )
  t.is(error?.line, 'net.ipv4.conf.flannel/1.rp_filter=x')
})

test('a failing rule is named by its own line of the tables', async t => {
  const stderr = "iptables-restore v1.8.9 (nf_tables): Chain 'NOTHERE' does not exist\nError occurred at line: 3\n"
  const {kernel, asked} = scripted({code: 2, stderr})
  const rule: IptablesRule = {matches: [], target: {target: 'jump', chain: 'NOTHERE'}}
  const table = {rewrite: {'KUBE-SERVICES': [rule]}, remove: [], insert: [], append: [], delete: []}
  const change = {backend: 'iptables', tables: {nat: table}} as const
  const error = await t.throwsAsync<KernelError>(kernel.apply('n', [{op: 'changeRules', change}]))
  t.is(asked[0]?.split('\n')[0], 'iptables-restore --noflush --wait 10')
  t.is(error?.line, asked[0]?.split('\n')[3])
  t.regex(error?.message ?? '', /Chain 'NOTHERE' does not exist/)
})

test('what the tools print and nobody can read is an error', async t => {
  const {kernel} = scripted({stdout: 'hello'})
  await t.throwsAsync(kernel.observe('n'), {instanceOf: KernelError, code: 'unreadable'})
})

test('a look that fails says what the tool said', async t => {
  const {kernel} = scripted({code: 1, stderr: 'Cannot open netlink socket\n'})
  await t.throwsAsync(kernel.observe('n'), {code: 'unreadable', message: /^Cannot open netlink socket: ip -json/})
})

test('namespaces may be kept by somebody else', async t => {
  const kept: string[] = []
  const namespaces = {
    create: async (netns: string) => void kept.push(`+${netns}`),
    remove: async (netns: string) => void kept.push(`-${netns}`),
  }
  const run: Run = async () => ({code: 0, stdout: '', stderr: ''})
  const kernel = linuxKernel({run, namespaces})
  await kernel.create('a')
  await kernel.remove('a')
  t.deepEqual(kept, ['+a', '-a'])
})

test('netlink takes a short batch without a process; what it refuses or does not know goes to the tool', async t => {
  const told: string[] = []
  const netlink = async ({netns, ops}: {readonly netns: string; readonly ops: readonly Op[]}) => {
    told.push(`${netns} ${ops.map(op => print(op).line).join(', ')}`)
    return netns === 'n'
  }
  const {kernel, asked} = scriptedWith({netlink}, {}, {code: 1, stderr: 'Cannot find device "c"\nCommand failed -:1\n'})
  await kernel.apply('n', [up('a'), up('b')])
  await kernel.apply('n', [{op: 'addLink', link: bridge('br0')}])
  await t.throwsAsync(kernel.apply('m', [up('c')]), {message: /^Cannot find device "c": ip link set dev c up/})
  t.deepEqual(told, ['n link set dev a up, link set dev b up', 'm link set dev c up'])
  t.deepEqual(asked, ['ip -batch -\nlink add name br0 mtu 1500 up type bridge', 'ip -batch -\nlink set dev c up'])
})
