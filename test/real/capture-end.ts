import {execFileSync} from 'node:child_process'
import {join} from 'node:path'
import test from 'ava'

test('what passed just before the end of a capture is in it, also when packets before it wait to be taken', t => {
  const host = join(import.meta.dirname, '_capture-end-host.ts')
  const words = ['--user', '--map-root-user', '--net', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh']
  for (let time = 0; time < 3; time++)
    t.is(execFileSync('unshare', [...words, process.execPath, '--no-warnings', host], {encoding: 'utf8'}), '2\n')
})
