import {mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import test from 'ava'
import {LabError} from '../../src/lab/lab-error.ts'
import {readLabFile} from '../../src/lab/lab-files.ts'
import {inspectLab} from '../../src/lab/parse.ts'
import {checks, mistakesIn, read} from './_lab.ts'

const folder = mkdtempSync(join(tmpdir(), 'podlab-bad-'))
test.after.always(() => rmSync(folder, {recursive: true}))

mkdirSync(join(folder, 'sub.yaml'))
writeFileSync(join(folder, 'huge.yaml'), '')
truncateSync(join(folder, 'huge.yaml'), 50 * 1024 * 1024)
writeFileSync(join(folder, 'binary.yaml'), Buffer.from([0x61, 0xff, 0xfe]))

const refused = test.macro({
  exec: (t, text: string, message: string) => {
    const file = join(folder, `${t.title.replaceAll(/\W+/g, '-')}.yaml`)
    writeFileSync(file, text)
    const {mistakes} = inspectLab(file, {readFile: readLabFile, checks})
    const [first] = mistakes.map(mistake => `${mistake.line}:${mistake.column} ${mistake.message}`)
    t.is(first?.replaceAll(`${folder}/`, ''), message)
  },
  title: (title = '') => `refused: ${title}`,
})

test(
  'a folder as include',
  refused,
  'name: a\ninclude: [sub.yaml]',
  '2:11 the included file sub.yaml is a folder; expected a file',
)
test(
  'a folder as manifest',
  refused,
  'name: a\nmanifests: [sub.yaml]',
  '2:13 the manifest file sub.yaml is a folder; expected a file',
)
test(
  'a manifest of 50 MB',
  refused,
  'name: a\nmanifests: [huge.yaml]',
  '2:13 the manifest file huge.yaml has 52428800 bytes; the limit is 1048576, 1 MB',
)
test(
  'an include of 50 MB',
  refused,
  'name: a\ninclude: [huge.yaml]',
  '2:11 the included file huge.yaml has 52428800 bytes; the limit is 1048576, 1 MB',
)
test(
  'a manifest that is no text',
  refused,
  'name: a\nmanifests: [binary.yaml]',
  '2:13 the manifest file binary.yaml is not UTF-8 text',
)
test(
  'a device as manifest',
  refused,
  'name: a\nmanifests: [/dev/zero]',
  '2:13 the manifest file /dev/zero is no regular file',
)
test(
  'a name with a zero byte',
  refused,
  'name: a\nmanifests: ["a\\0b"]',
  '2:13 the manifest file a\0b has a zero byte in its name',
)
test(
  'a name that is too long',
  refused,
  `name: a\nmanifests: [${'a'.repeat(300)}]`,
  `2:13 the manifest file ${'a'.repeat(300)} has a name that is too long`,
)

test('a file of 50 MB is refused without being read', t => {
  const before = process.memoryUsage.rss()
  const {mistakes} = inspectLab(join(folder, 'huge.yaml'), {readFile: readLabFile, checks})
  t.regex(mistakes[0]?.message ?? '', /has 52428800 bytes; the limit is 1048576, 1 MB/)
  t.true(process.memoryUsage.rss() - before < 25 * 1024 * 1024)
})

test('a byte order mark and line ends of Windows move no caret', t => {
  const lines = ['title: a', 'nodes:', '  - {name: a, address: 1.2.3.4}', 'titel: x', '']
  const file = join(folder, 'windows.yaml')
  writeFileSync(file, `\uFEFF${lines.join('\r\n')}`)
  const {mistakes} = inspectLab(file, {readFile: readLabFile, checks})
  t.regex(
    new LabError(mistakes).message,
    /:3:24: .*\n +\|\n 3 {2}\| {3}- \{name: a, address: 1.2.3.4\}\n +\| {24}\^{7}\n/,
  )
  t.is(read('\uFEFFtitle: b\r\nsummary: "x"\r\n').summary, 'x')
})

test('a thousand-line manifest with one mistake is told by line and column, in its own file', t => {
  const lines = Array.from({length: 250}, (_, index) =>
    ['---', 'apiVersion: v1', 'kind: Service', `metadata: {name: s${index}, labels: {a: b}}`].concat(
      `spec: {ports: [{port: ${index === 199 ? 80_000 : 80}}]}`,
    ),
  ).flat()
  t.deepEqual(mistakesIn('manifests: [a.yaml]', {'labs/some/a.yaml': lines.join('\n')}), [
    'labs/some/a.yaml 1000:23 spec.ports[0].port: Invalid value: 80000: must be between 1 and 65535, inclusive',
  ])
})

test('a manifest that is all mistakes is told in part', t => {
  const manifest = Array.from({length: 3000}, (_, index) => `---\n{apiVersion: v1, kind: Foo${index}}`).join('\n')
  const error = t.throws(() => read('manifests: [a.yaml]', {'labs/some/a.yaml': manifest}))
  t.regex(error?.message ?? '', /3000 mistakes; the first 50 are shown$/)
})

const quick = test.macro({
  exec: (t, text: string, expected: RegExp) => {
    const error = t.throws(() => read(text))
    t.regex(error?.message ?? '', expected)
  },
  title: (title = '') => `refused: ${title}`,
})

const many = (count: number, line: (index: number) => string) =>
  Array.from({length: count}, (_, index) => line(index)).join('')
test(
  'a mapping of many unknown keys',
  quick,
  many(10_000, index => `k${index}: 1\n`),
  /10000 mistakes; the first 50/,
)
test(
  'a key that stands many times',
  quick,
  many(10_000, () => 'title: a\n'),
  /9999 mistakes/,
)
test('a list of many missing files', quick, `manifests:\n${many(10_000, () => '  - a\n')}`, /10000 mistakes/)
test('a list of many nodes', quick, `nodes:\n${many(10_000, index => `  - n${index}\n`)}`, /at most 250 of these/)
test(
  'pools of many nodes',
  quick,
  `nodes:\n${many(250, index => `  - {count: 250, prefix: n${index}-}\n`)}`,
  /62500 nodes; at most 250/,
)
test('a line that is all syntax errors', quick, `a: ${many(10_000, () => ']')}`, /not YAML/)
test(
  'keys that every object has',
  quick,
  '__proto__: {title: a}\nconstructor: 1\ntoString: 2\n',
  /unknown key "__proto__"(.*\n)*.*unknown key "constructor"/,
)

test('an excerpt cannot steer the terminal', t => {
  const error = t.throws(() => read('titel: "\u009b31m red"\n'))
  t.notRegex(error?.message ?? '', /[^\P{Cc}\n]/u)
})

test('two labs with the same networks are both good: they never meet', t => {
  t.deepEqual(read('nodes: [a, b]'), read('nodes: [a, b]'))
})
