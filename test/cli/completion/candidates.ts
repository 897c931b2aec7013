import test from 'ava'
import fc from 'fast-check'
import {commands} from '../../../src/cli/commands/index.ts'
import {candidates, type LiveWords} from '../../../src/cli/completion/candidates.ts'

const words = (...values: readonly string[]) => values.map(value => ({value}))
const live: LiveWords = {
  labs: async () => words('kubia', 'hello'),
  targets: async lab => (lab === 'hello' ? words('node/h1') : words('pod/client', 'pod/web', 'node/master')),
  objects: async kind => (kind === 'namespaces' ? words('default', 'kube-system') : words(`${kind}-1`)),
  interfaces: async target => words('lo', `${target}0`),
  settings: async () => [{name: 'overlay', choices: ['vxlan', 'host-gw']}],
  kinds: async () => words('pods', 'services'),
}

const becomes = test.macro({
  exec: async (t, line: string, expected: string) =>
    t.is((await candidates(line.split(' '), commands, live)).map(({value}) => value).join(' '), expected),
  title: (_, line: string) => `podlab ${line}⇥`,
})

test(becomes, 'ch', 'check')
test(becomes, 'exe', 'exec')
test(becomes, '--v', '--version')
test(becomes, 'nope ', '')
test(becomes, 'constructor ', '')
test(becomes, 'exec ', 'pod/client pod/web node/master')
test(becomes, 'exec pod/c', 'pod/client')
test(becomes, 'exec --lab hello ', 'node/h1')
test(becomes, 'exec --lab=hello ', 'node/h1')
test(becomes, 'exec -l hello node', 'node/h1')
test(becomes, 'exec --lab ', 'kubia hello')
test(becomes, 'exec --lab=k', '--lab=kubia')
test(becomes, 'exec pod/client -- ls --', '')
test(becomes, 'exec pod/client --l', '')
test(becomes, 'shell pod/client ', '')
test(becomes, 'get ', 'pods services')
test(becomes, 'get pods ', 'pods-1')
test(becomes, 'get pods --output ', 'wide yaml json name')
test(becomes, 'get pods --output=y', '--output=yaml')
test(becomes, 'get -n ', 'default kube-system')
test(becomes, 'get --a', '--all-namespaces')
test(becomes, 'down ', 'kubia hello')
test(becomes, 'run ', ':folders')
test(becomes, 'graph k', 'kubia :folders')
test(becomes, 'graph --svg ', ':files')
test(becomes, 'capture node/master -i ', 'lo node/master0')
test(becomes, 'capture node/master -w ', ':files')
test(becomes, 'capture node/master -c ', '')
test(becomes, 'story s', 'svc/svc-1')
test(becomes, 'set ', 'overlay')
test(becomes, 'set overlay h', 'host-gw')
test(becomes, 'set nothing ', '')
test(becomes, 'completion ', 'bash zsh fish')
test(becomes, 'test ', ':files')
test(becomes, 'ls -', '--json --help')

test('the first word may be every command', async t => {
  const found = await candidates([''], commands, live)
  for (const [name, {summary}] of Object.entries(commands))
    t.true(found.some(({value, about}) => value === name && about === summary))
})

test('whatever is typed, the answer begins with it', async t => {
  const names = [...Object.keys(commands), '--lab', '-l', '--', '-', 'pod/client', '--lab=x', '', '--json', '-i']
  const line = fc.array(fc.oneof(fc.constantFrom(...names), fc.string({maxLength: 6})), {minLength: 1, maxLength: 6})
  await fc.assert(
    fc.asyncProperty(line, async typed => {
      for (const {value} of await candidates(typed, commands, live))
        t.true(value.startsWith(':') || value.startsWith(typed.at(-1) ?? ''))
    }),
  )
})
