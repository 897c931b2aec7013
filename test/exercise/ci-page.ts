import {existsSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import test from 'ava'
import {parse} from 'yaml'
import {reports} from '../../src/exercise/report/index.ts'

const root = join(import.meta.dirname, '../..')
const page = readFileSync(join(root, 'docs/ci.md'), 'utf8')
const [workflow = '', later = ''] = [...page.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, example = '']) => example)

test('the workflow is YAML that runs labs which are there', t => {
  const {jobs} = parse(workflow)
  t.true(jobs.lab.steps.length > 3)
  for (const lab of jobs.lab.strategy.matrix.lab) t.true(existsSync(join(root, 'labs', lab, 'lab.yaml')), lab)
})

test('the page names every form of report, and no other', t => {
  const rows = [...page.matchAll(/^\| `([a-z]+)` \|/gm)].map(([, form]) => form)
  t.deepEqual(rows.sort(), Object.keys(reports).sort())
  for (const [, form = ''] of page.matchAll(/--report (\w+)/g)) t.true(form === 'FORM' || form in reports, form)
})

test('the commands that the page types are there', t => {
  const commands = [...`${workflow}${later}`.matchAll(/\.\/podlab (\w+)/g)].map(([, command]) => command)
  t.deepEqual(commands, ['doctor', 'run', 'run', 'pingall', 'check', 'down'])
  for (const command of commands) t.true(existsSync(join(root, `src/cli/commands/${command}.ts`)), command)
})
