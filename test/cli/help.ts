import test from 'ava'
import {commands} from '../../src/cli/commands/index.ts'
import {version} from '../../src/cli/version.ts'
import {makePlace} from '../real/_podlab.ts'

const place = makePlace({name: 'root', uid: process.getuid?.() ?? 0, way: []})
test.after.always(() => place.remove())

test('--help lists every command with its summary, the targets and the exit codes', async t => {
  const {code, stdout, stderr} = await place.podlab('--help')
  t.deepEqual({code, stderr}, {code: 0, stderr: ''})
  const words = stdout.replace(/\s+/g, ' ')
  for (const [name, {summary}] of Object.entries(commands)) {
    t.regex(stdout, new RegExp(`^  ${name}\\b`, 'm'))
    t.true(words.includes(summary), name)
  }
  t.true(words.includes('pod/NAME, pod/NAME/CONTAINER, pod/LABEL=VALUE (one of those pods), node/NAME or client/NAME'))
  t.true(words.includes('0 good · 1 a check or step failed · 2 a mistake in the command or a file'))
})

for (const [name, {summary, ...entry}] of Object.entries(commands))
  test(`${name} --help tells what it is for, what it takes and an example`, async t => {
    const {code, stdout, stderr} = await place.podlab(name, '--help')
    t.deepEqual({code, stderr}, {code: 0, stderr: ''})
    t.regex(stdout, new RegExp(`^Usage: podlab ${name} `))
    t.true(stdout.replace(/\s+/g, ' ').includes(summary))
    if ('details' in entry) t.true(stdout.includes(entry.details))
    if ('options' in entry) for (const {flags, hidden} of entry.options) t.true(hidden || stdout.includes(flags), flags)
  })

test('--version prints the version of the package', async t => {
  t.deepEqual(await place.podlab('--version'), {code: 0, stdout: `${version()}\n`, stderr: ''})
})
