import {spawnSync} from 'node:child_process'
import {globSync, readFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import test from 'ava'
import {parse} from 'yaml'
import {checks} from '../src/exercise/checks/index.ts'
import {printLabSchema} from '../src/exercise/lab-json-schema.ts'
import {formatLab} from '../src/lab/format.ts'
import {labKeyOrder} from '../src/lab/key-order.ts'
import {readLabFile} from '../src/lab/lab-files.ts'
import {loadLab} from '../src/lab/parse.ts'

const root = join(import.meta.dirname, '..')

for (const file of globSync('labs/*/lab.yaml', {cwd: root}).sort()) {
  const folder = dirname(file)

  test(`${folder} is read without a mistake, and has something to play and to grade`, t => {
    const lab = loadLab(join(root, file), {readFile: readLabFile, checks})
    t.not(lab.title, lab.name)
    t.true(lab.scenario.length > 0)
    t.true(lab.checks.length > 0)
    t.true(
      lab.checks.every(({title, type}) => !title.startsWith(`${type}: `)),
      'every check says in words what is true when it passes',
    )
  })

  test(`${folder} is in the form that podlab fmt writes`, t => {
    const text = readFileSync(join(root, file), 'utf8')
    t.is(formatLab(text, labKeyOrder(checks)), text, `write it again: ./podlab fmt ${folder}`)
  })

  test(`${folder} names the schema in its first line and has a README`, t => {
    t.is(
      readFileSync(join(root, file), 'utf8').split('\n')[0],
      '# yaml-language-server: $schema=../../schema/lab.schema.json',
    )
    t.true(readFileSync(join(root, folder, 'README.md'), 'utf8').includes(`./podlab run ${folder}`))
  })
}

test('the published schema is the one that labs are read with', t => {
  const published = JSON.parse(readFileSync(join(root, 'schema/lab.schema.json'), 'utf8'))
  t.deepEqual(
    published,
    JSON.parse(printLabSchema()),
    'write it again: node src/exercise/write-schema.ts && npx biome format --write schema',
  )
})

/* Of each value, whether a validator that is not ours takes it. */
const judge = `
import json, sys, jsonschema
schema = json.load(open(sys.argv[1]))
jsonschema.Draft202012Validator.check_schema(schema)
good = jsonschema.Draft202012Validator(schema).is_valid
print(json.dumps([good(value) for value in json.load(sys.stdin)]))
`
const validator = spawnSync('python3', ['-c', 'import jsonschema; jsonschema.Draft202012Validator'])
const validated = validator.status === 0 ? test : test.skip

validated(
  "another's validator (python3-jsonschema, when it is installed) finds every lab good, and wrong ones wrong",
  t => {
    const labs = globSync('labs/*/lab.yaml', {cwd: root}).map(file => parse(readFileSync(join(root, file), 'utf8')))
    const good = [...labs, {parameters: {n: 3}, nodes: {count: '$' + '{n}'}, cluster: {overlay: '$' + '{o}'}}]
    const wrong = [
      {titel: 'x'},
      {nodes: 3},
      {cluster: {overlay: 'geneve'}},
      {nodes: [{count: 0}]},
      {checks: [{reaches: {}}]},
    ]
    const input = JSON.stringify([...good, ...wrong])
    const {stdout, stderr} = spawnSync('python3', ['-c', judge, join(root, 'schema/lab.schema.json')], {
      input,
      encoding: 'utf8',
    })
    t.is(stderr, '')
    t.deepEqual(JSON.parse(stdout), [...good.map(() => true), ...wrong.map(() => false)])
  },
)
