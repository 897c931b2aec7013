import test from 'ava'
import fc from 'fast-check'
import {joinWords, splitWords, WordsError} from '../../src/lab/words.ts'

const splits = test.macro({
  exec: (t, line: string, ...words: readonly string[]) => t.deepEqual(splitWords(line), words),
  title: (_, line, ...words) => `${line} is ${words.length} words: ${words.join(' · ')}`,
})

test(splits, 'curl -s http://10.98.237.175', 'curl', '-s', 'http://10.98.237.175')
test(splits, '  a   b\tc  ', 'a', 'b', 'c')
test(splits, `say "You've hit" 'a "b"'`, 'say', "You've hit", 'a "b"')
test(splits, 'a\\ b "c\\"d" e""f ""', 'a b', 'c"d', 'ef', '')
test(splits, "sh -c 'a | b > c'", 'sh', '-c', 'a | b > c')
test(splits, 'ls *.txt {pod/web}', 'ls', '*.txt', '{pod/web}')
test(splits, '')

const refuses = test.macro({
  exec: (t, line: string, reason: RegExp) => {
    const error = t.throws(() => splitWords(line), {instanceOf: WordsError})
    t.regex(error?.message ?? '', reason)
  },
  title: (_, line) => `refused, for no shell is started: ${JSON.stringify(line)}`,
})

test(refuses, 'a | b', /"\|" would be a pipe/)
test(refuses, 'a && b', /background job/)
test(refuses, 'a > b', /redirection/)
test(refuses, 'echo $HOME', /variable/)
test(refuses, 'echo "$HOME"', /variable/)
test(refuses, 'a `b`', /substitution/)
test(refuses, 'a\nb', /second line/)
test(refuses, "say 'hi", /quote ' is not closed/)
test(refuses, 'say "hi', /quote " is not closed/)
test(refuses, 'a \\', /backslash/)

test('joined words split into the same words', t => {
  fc.assert(
    fc.property(fc.array(fc.string({unit: 'binary-ascii'})), words => t.deepEqual(splitWords(joinWords(words)), words)),
  )
  t.pass()
})
