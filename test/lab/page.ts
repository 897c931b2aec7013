import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import test from 'ava'
import {checks} from '../../src/exercise/checks/index.ts'
import {formatLab} from '../../src/lab/format.ts'
import {labKeyOrder} from '../../src/lab/key-order.ts'
import {inspectLab} from '../../src/lab/parse.ts'

const page = readFileSync(join(import.meta.dirname, '../../docs/writing-a-lab.md'), 'utf8')
const examples = [...page.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, text = '']) => text)

/* An example whose first line names a file is that file; the others are labs by themselves. */
const files = new Map(
  examples.map((text, index) => [/^# (labs\S+)/.exec(text)?.[1] ?? `labs/example-${index}/lab.yaml`, text]),
)

for (const [file, text] of files)
  test(`${file} of docs/writing-a-lab.md is a good lab, in form`, t => {
    const readFile = (path: string) => files.get(path) ?? t.fail(path)
    const {mistakes, warnings} = inspectLab(file, {readFile, checks})
    t.deepEqual([...mistakes, ...warnings], [])
    t.is(formatLab(text, labKeyOrder(checks)), text)
  })

test('the page has its examples', t => t.is(files.size, 8))
