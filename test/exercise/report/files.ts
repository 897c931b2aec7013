import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import test from 'ava'
import fc from 'fast-check'
import {parse as parseYaml} from 'yaml'
import type {CheckResult} from '../../../src/exercise/events.ts'
import {gradeOf} from '../../../src/exercise/grade.ts'
import {reports} from '../../../src/exercise/report/index.ts'
import {junitReport} from '../../../src/exercise/report/junit.ts'
import {markdownReport} from '../../../src/exercise/report/markdown.ts'
import {casesOf, type Outcome} from '../../../src/exercise/report/outcome.ts'
import {parseXml} from '../../../src/exercise/report/parse-xml.ts'
import {parseTap, tapReport} from '../../../src/exercise/report/tap.ts'
import {type Element, printable, printXml} from '../../../src/exercise/report/xml.ts'

const good: CheckResult = {
  title: 'The client gets through',
  type: 'reaches',
  points: 2,
  milliseconds: 12.3,
  sentence: 'The Service has found its pods.',
  verdict: {pass: true, expected: 'an answer', seen: 'hello', command: './podlab exec pod/a -- curl x', attempts: 1},
}
const bad: CheckResult = {
  title: 'Every <pod> & "service" answers # 1 | `2`',
  type: 'balances',
  points: 1,
  milliseconds: 5040,
  sentence: 'Look at the chains of the Service.',
  verdict: {
    pass: false,
    expected: 'each pod answers',
    seen: 'a 3×\nb 0×\u001b[31m ```',
    command: "./podlab exec pod/a -- curl 'x && y'",
    attempts: 7,
  },
}
const outcome: Outcome = {lab: 'kubia', played: {pass: true, steps: 9}, grade: gradeOf([good, bad])}
const stopped: Outcome = {
  lab: 'kubia',
  played: {pass: false, steps: 9, failed: {number: 3, title: 'curl', reason: 'it ended\nwith code 7'}},
}

for (const [form, name] of Object.entries({junit: 'junit.xml', tap: 'report.tap', markdown: 'report.md'}))
  test(`the ${form} report of a lab is the one in golden/${name}`, t => {
    const golden = readFileSync(join(import.meta.dirname, 'golden', name), 'utf8')
    t.is(reports[form as keyof typeof reports](outcome), golden)
  })

test('a scenario that stopped is a failed case in every form', t => {
  t.regex(
    junitReport(stopped),
    /failures="1".*<failure message="it ended" type="scenario">step: 3 of 9, curl\nreason: it ended/s,
  )
  t.like(parseTap(tapReport(stopped)), [{pass: false, facts: {reason: 'it ended\nwith code 7'}}])
  t.regex(markdownReport(stopped), /Nothing was graded\..*\| ❌ \|/s)
})

test('a lab without anything to play or to check makes an empty report', t => {
  const nothing: Outcome = {lab: 'kubia', grade: gradeOf([])}
  t.is(tapReport(nothing), 'TAP version 14\n1..0 # SKIP nothing to play or to check\n')
  t.is(parseXml(junitReport(nothing)).attributes.tests, '0')
})

/** Texts with all that XML, TAP and Markdown find special, and what a terminal prints. */
const nasty = fc.oneof(
  fc.string({unit: 'binary'}),
  fc.string({
    unit: fc.constantFrom(
      '<',
      '>',
      '&',
      '"',
      "'",
      ']]>',
      '#',
      '\\',
      '\n',
      '\r',
      '\t',
      '\u0000',
      '\u001b',
      '\ud800',
      '\ufffe',
      '`',
      '|',
      ' ',
      'ok 1 - ',
    ),
  }),
)

const element = fc.letrec<{element: Element}>(tie => ({
  element: fc.record({
    name: fc.constantFrom('testsuite', 'testcase', 'system-out'),
    attributes: fc.dictionary(fc.constantFrom('name', 'classname', 'time'), nasty, {noNullPrototype: true}),
    inside: fc.oneof(
      {depthSize: 'small'},
      nasty.filter(text => text.trim() !== ''),
      fc.array(tie('element'), {maxLength: 3}),
    ),
  }),
})).element

test('an XML document is read back as it was, whatever its texts hold', t => {
  fc.assert(
    fc.property(element, document => {
      t.deepEqual(parseXml(printXml(document)), expected(document))
    }),
  )
  function expected({name, attributes, inside}: Element): Element {
    const texts = Object.entries(attributes).map(([key, value]) => [key, printable(value)])
    const content = typeof inside === 'string' ? printable(inside) : inside.map(expected)
    return {name, attributes: Object.fromEntries(texts), inside: content}
  }
})

test('XML that is none is refused', t => {
  for (const text of ['', 'text', '<a>', '<a></b>', '<a/><b/>', '<a b=c/>'])
    t.throws(() => parseXml(text), {name: 'XmlError'}, text)
})

const result = fc.record({title: nasty, seen: nasty, pass: fc.boolean()}).map(
  ({title, seen, pass}): CheckResult => ({
    ...bad,
    title,
    verdict: {...bad.verdict, pass, seen},
  }),
)

test('a nasty title breaks no report', t => {
  fc.assert(
    fc.property(fc.array(result, {maxLength: 4}), results => {
      const some: Outcome = {lab: 'kubia', grade: gradeOf(results)}
      const suites = parseXml(junitReport(some))
      t.deepEqual(
        titlesIn(suites),
        results.map(({title}) => printable(title)),
      )
      t.deepEqual(
        parseTap(tapReport(some)).map(({pass}) => pass),
        results.map(({verdict}) => verdict.pass),
      )
      const lines = markdownReport(some).split('\n')
      t.is(lines.filter(line => line.startsWith('| ✅ |') || line.startsWith('| ❌ |')).length, results.length)
    }),
  )
})

function titlesIn({inside}: Element): readonly (string | undefined)[] {
  const [suite] = inside as readonly Element[]
  const cases = suite?.inside
  return typeof cases === 'object' ? cases.map(({attributes}) => attributes.name) : []
}

test('what TAP says below a line is YAML', t => {
  const text = tapReport(outcome)
  const blocks = [...text.matchAll(/^ {2}---\n(.*?)^ {2}\.\.\.$/gms)].map(([, block = '']) => parseYaml(block))
  t.is(blocks.length, casesOf(outcome).length)
  t.is(blocks[2].seen, `${bad.verdict.seen} (7 tries)`)
})

test('TAP that is none is refused', t => {
  for (const text of ['', 'TAP version 13\n', 'TAP version 14\n1..2\nok 1 - a\n', 'TAP version 14\n1..0\nhello\n'])
    t.throws(() => parseTap(text), {name: 'TapError'}, text)
})
