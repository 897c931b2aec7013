import {globSync, readFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import test from 'ava'
import {checks} from '../src/exercise/checks/index.ts'
import {printLabSchema} from '../src/exercise/lab-json-schema.ts'
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
