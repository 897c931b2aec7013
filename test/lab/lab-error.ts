import test from 'ava'
import {LabError} from '../../src/lab/lab-error.ts'
import {mistakeAt, readYaml} from '../../src/lab/yaml-file.ts'

function mistake(text: string, path: readonly (string | number)[], hint?: string) {
  const [document] = readYaml({file: 'lab.yaml', text}).value
  if (document === undefined) throw new Error('no document')
  return mistakeAt(document, {path}, 'this is wrong', hint)
}

test('a mistake is printed with its line, a caret and what to do', t => {
  const {message} = new LabError([
    mistake('title: a\ncluster:\n  overlay: geneve\n', ['cluster', 'overlay'], 'choose vxlan'),
  ])
  t.is(
    message,
    `lab.yaml:3:12: this is wrong
    |
 3  |   overlay: geneve
    |            ^^^^^^
  choose vxlan`,
  )
})

test('mistakes are printed in the order of the file, and counted', t => {
  const text = 'a: 1\nb: 2\n'
  const {message, mistakes} = new LabError([mistake(text, ['b']), mistake(text, ['a'])])
  t.deepEqual(
    mistakes.map(({line}) => line),
    [1, 2],
  )
  t.regex(message, /\n\n2 mistakes$/)
})

test('a long line is cut around the caret', t => {
  const {message} = new LabError([mistake(`a: [${'x, '.repeat(500)}wrong]`, ['a', 500])])
  const lines = message.split('\n')
  t.true(lines.every(line => line.length < 120))
  const column = lines[3]?.indexOf('^') ?? 0
  t.is(lines[2]?.slice(column, column + 5), 'wrong')
})

test('the caret stays under its word in a line with tabs', t => {
  const lines = new LabError([mistake('a:\t\twrong\n', ['a'])]).message.split('\n')
  t.is(lines[2]?.indexOf('wrong'), lines[3]?.indexOf('^'))
})
