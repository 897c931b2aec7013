import test from 'ava'
import {vm, whyNoMachine} from './_machine.ts'

/*
 * The suites of ipvs mode that make a lab and let its packets go: the packet table and NetworkPolicies, in one machine with ip_vs. What Node has compiled
 * outside it need not compile again: ./podlab keeps that.
 */
const files = ['packet-table', 'policy'].map(name => `test/vm/${name}.ts`)
const compiled = process.env.NODE_COMPILE_CACHE ?? '/run/compiled'
const why = await whyNoMachine()

if (why === undefined)
  test('the packet table and NetworkPolicies hold in ipvs mode', async t => {
    t.timeout(1_800_000)
    const ava = ['ava', '--concurrency=1', '--timeout=10m', ...files]
    const {code, stdout, stderr} = await vm('--timeout', '1500', '--', 'env', `NODE_COMPILE_CACHE=${compiled}`, ...ava)
      .ended
    t.is(code, 0, stdout + stderr)
    t.regex(stdout, /^ {2}[1-9]\d* tests passed$/m)
    t.notRegex(stdout, /skipped/)
    for (const line of stdout.matchAll(/\d+ calls/g)) t.log(line[0])
  })
else
  test.skip(`the packet table and NetworkPolicies in ipvs mode, in a machine with Debian's kernel: ${why}`, () =>
    undefined)
