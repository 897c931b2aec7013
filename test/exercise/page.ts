import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import test from 'ava'
import {z} from 'zod'
import type {Check} from '../../src/exercise/check.ts'
import {checks} from '../../src/exercise/checks/index.ts'
import {labOf} from './_fake-lab.ts'

const page = readFileSync(join(import.meta.dirname, '../../docs/checks.md'), 'utf8')
const [, ...sections] = page.split(/^## /m)
const nameOf = (section: string) => section.slice(0, section.indexOf('\n'))
const examplesIn = (text: string) => [...text.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, example = '']) => example)

test('the page has a section for every check, in their order', t => {
  t.deepEqual(sections.map(nameOf), Object.keys(checks))
})

for (const [name, check] of Object.entries<Check<unknown>>(checks)) {
  const section = sections.find(text => nameOf(text) === name) ?? ''

  test(`the section on ${name} names its parameters and shows it pass and fail`, t => {
    const {properties = {}} = z.toJSONSchema(check.parameters, {io: 'input'})
    const named = [...section.matchAll(/^\| `(\w+)` \|/gm)].map(([, key]) => key)
    t.deepEqual(
      named,
      Object.keys(properties).filter(key => key !== 'not'),
    )
    t.regex(section, /^It passed and saw:$/m)
    t.regex(section, /^FAILED .* points?, .*\n {2}expected: .*\n {2}seen: /m)
    t.regex(section, /^ {2}see it yourself: \.\/podlab /m)
  })

  test(`the examples of ${name} can be read`, t => {
    const examples = examplesIn(section)
    t.is(examples.length, 2)
    for (const example of examples) {
      const [config] = labOf(`nodes: [master, node1]\n${example}`).checks
      t.is(config?.type, name)
    }
  })
}

test('the first example of the page can be read', t => {
  t.like(labOf(examplesIn(page)[0] ?? '').checks, [
    {type: 'reaches', points: 2, fail: 'Look at the chain KUBE-SERVICES.'},
  ])
})
