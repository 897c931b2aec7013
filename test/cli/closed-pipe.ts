import {execFile} from 'node:child_process'
import {join} from 'node:path'
import {promisify} from 'node:util'
import test from 'ava'

const main = join(import.meta.dirname, '../../src/main.ts')

test('a reader that has seen enough is no error', async t => {
  const line = `"$0" "$1" --help | head -c 1; exit "\${PIPESTATUS[0]}"`
  const {stdout, stderr} = await promisify(execFile)('bash', ['-c', line, process.execPath, main])
  t.is(stdout.length, 1)
  t.is(stderr, '')
})
