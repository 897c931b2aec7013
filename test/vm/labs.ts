import {spawnSync} from 'node:child_process'
import {cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import test from 'ava'
import {vm, whyNoMachine} from './_machine.ts'

/*
 * labs/proxy-ipvs, as a learner runs it, in a machine that has ip_vs. TypeScript is made JavaScript outside first: an emulated processor takes a minute for
 * that.
 */
const checkout = join(import.meta.dirname, '../..')
const why = await whyNoMachine()

if (why === undefined)
  test('labs/proxy-ipvs passes', async t => {
    t.timeout(1_800_000)
    const folder = mkdtempSync(join(tmpdir(), 'podlab-test-vm-'))
    t.teardown(() => rmSync(folder, {recursive: true}))
    const built = join(folder, 'dist')
    const {status, stdout} = spawnSync(
      join(checkout, 'node_modules/.bin/tsc'),
      ['-p', join(checkout, 'tsconfig.build.json'), '--outDir', built],
      {encoding: 'utf8'},
    )
    t.is(status, 0, stdout)
    cpSync(join(checkout, 'package.json'), join(folder, 'package.json'))
    mkdirSync(join(folder, 'labs'))
    cpSync(join(checkout, 'labs/proxy-ipvs'), join(folder, 'labs/proxy-ipvs'), {recursive: true})
    symlinkSync(join(checkout, 'node_modules'), join(folder, 'node_modules'))
    const words = ['--timeout', '1500', '--', 'node', join(built, 'main.js'), 'run', join(folder, 'labs/proxy-ipvs')]
    const {code, stdout: told, stderr} = await vm(...words).ended
    t.is(code, 0, told + stderr)
    t.regex(told, /^7 of 7 points, 4 of 4 checks passed$/m)
  })
else test.skip(`labs/proxy-ipvs, in a machine with Debian's kernel: ${why}`, () => undefined)
