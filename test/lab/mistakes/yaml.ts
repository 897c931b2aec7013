import test from 'ava'
import {mistakesIn} from '../_lab.ts'
import {refused} from './_refused.ts'

test('an empty file', refused, '', '- the lab file is empty')
test('a file of comments', refused, '# nothing\n', '- the lab file is empty')
test('a list', refused, '- a\n', '1:1 expected a mapping, not a list')
test('tabs', refused, 'nodes:\n\t- master\n', '2:1 a tab indents this line')
test('a key twice', refused, 'title: a\ntitle: b\n', '2:1 this key stands twice in the same mapping')
test('a second document', refused, 'title: a\n---\ntitle: b\n', '3:1 a second document (---): a lab file has one')
test('an alias without an anchor', refused, 'title: *x\n', '1:1 no anchor &x stands before the alias *x')
test('an unknown tag', refused, 'title: !secret x\n', '1:8 not YAML: Unresolved tag: !secret')
test('an open quote', refused, 'title: "a\n', '2:1 not YAML: Missing closing "quote')

test('an alias bomb is refused before it unfolds', t => {
  const levels = Array.from(
    {length: 20},
    (_, level) => `a${level}: &a${level} [${`*a${level - 1},`.repeat(level ? 9 : 0)}x]`,
  )
  t.regex(mistakesIn(levels.join('\n'))[0] ?? '', /too many aliases/)
})

test('a file nested too deep is refused', t => {
  t.regex(mistakesIn(`title: ${'['.repeat(150)}${']'.repeat(150)}`)[0] ?? '', /nested more than 100 levels deep/)
  t.true(mistakesIn('['.repeat(100_000)).length > 0)
})
