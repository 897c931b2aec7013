import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import test from 'ava'
import {makePlace} from '../real/_podlab.ts'

const place = makePlace({name: 'root', uid: process.getuid?.() ?? 0, way: []})
test.after.always(() => place.remove())
writeFileSync(join(place.folder, 'file'), 'no package\n')

/** A command that is refused, nothing being started or fetched: its exit code and what it says. */
const refused = test.macro({
  exec: async (t, words: string, code: number, expected: string) => {
    const result = await place.podlab('vm', ...words.split(' ').filter(word => word !== ''))
    t.is(result.stderr.split('\n')[0], expected)
    t.deepEqual({code: result.code, stdout: result.stdout}, {code, stdout: ''})
  },
  title: (_, words) => `refused: podlab vm ${words}`,
})

test(refused, '', 2, 'podlab: which command? Type it after --: podlab vm -- ipvsadm -Ln')
test(refused, '--', 2, 'podlab: which command? Type it after --: podlab vm -- ipvsadm -Ln')
test(refused, '--timeout 0 -- true', 2, 'podlab: --timeout 0: expected a number of seconds from 1 to 86400')
test(refused, '--timeout soon -- true', 2, 'podlab: --timeout soon: expected a number of seconds from 1 to 86400')
test(refused, '--timeout -5 -- true', 2, 'podlab: --timeout -5: expected a number of seconds from 1 to 86400')
test(refused, '--memory 1 -- true', 2, 'podlab: --memory 1: expected a number of MiB from 256 to 1048576')
test(refused, '--cpus 1.5 -- true', 2, 'podlab: --cpus 1.5: expected a number of processors from 1 to 64')
test(refused, '--share nowhere -- true', 2, 'podlab: --share nowhere: there is no such folder')
test(refused, '--share file -- true', 2, 'podlab: --share file: expected a folder, not a file')
test(
  refused,
  '--setup -- true',
  2,
  'podlab: podlab vm --setup only fetches what a machine needs; leave the command out',
)
test(refused, '--kernel file -- true', 2, 'podlab: --kernel belongs to --setup: podlab vm --setup --kernel FILE.deb')
test(refused, '--bogus', 2, "error: unknown option '--bogus'")

test('without a kernel, a machine is refused with what to type', async t => {
  const {code, stderr} = await place.podlab('vm', '--', 'true')
  t.is(code, 3)
  t.regex(stderr, /podlab vm --setup|x86-64 only/)
})
