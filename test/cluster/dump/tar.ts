import {execFileSync} from 'node:child_process'
import test from 'ava'
import fc from 'fast-check'
import {parseTar, printTar, TarError} from '../../../src/cluster/dump/tar.ts'

const word = fc.stringMatching(/^[\w.-]{1,60}$/)
const path = fc
  .array(word, {minLength: 1, maxLength: 4})
  .map(words => words.join('/'))
  .filter(text => text.length <= 150)
const files = fc.array(fc.record({path, text: fc.string({unit: 'grapheme', maxLength: 1500})}), {maxLength: 5})

test('what is printed is read back', t => {
  fc.assert(fc.property(files, fc.nat(2 ** 33 - 1), (all, at) => t.deepEqual(parseTar(printTar(all, at)), all)))
})

test('tar reads it', t => {
  const long = `${'folder/'.repeat(20)}${'f'.repeat(90)}.txt`
  const tar = printTar(
    [
      {path: 'a.txt', text: 'hello\n'},
      {path: long, text: 'x'.repeat(513)},
      {path: 'empty', text: ''},
    ],
    1_000_000_000,
  )
  t.is(
    execFileSync('tar', ['--utc', '--full-time', '-tvf', '-'], {
      input: tar,
      encoding: 'utf8',
      env: {...process.env, LC_ALL: 'C'},
    }),
    [
      '-rw------- 0/0               6 2001-09-09 01:46:40 a.txt',
      `-rw------- 0/0             513 2001-09-09 01:46:40 ${long}`,
      '-rw------- 0/0               0 2001-09-09 01:46:40 empty',
      '',
    ].join('\n'),
  )
  t.is(execFileSync('tar', ['-xOf', '-', 'a.txt'], {input: tar, encoding: 'utf8'}), 'hello\n')
})

test('a path that is too long is refused', t => {
  t.throws(() => printTar([{path: 'x'.repeat(101), text: ''}], 0), {instanceOf: TarError})
})

test('garbage is refused with TarError', t => {
  fc.assert(
    fc.property(fc.uint8Array({maxLength: 1200}), bytes => {
      try {
        parseTar(Buffer.from(bytes))
      } catch (error) {
        t.true(error instanceof TarError, String(error))
      }
    }),
  )
  t.throws(() => parseTar(printTar([{path: 'a', text: 'b'}], 0).subarray(0, 512)), {instanceOf: TarError})
})
