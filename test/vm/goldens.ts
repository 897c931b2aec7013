import {readFileSync, writeFileSync} from 'node:fs'
import test from 'ava'
import {parseIpSets} from '../../src/kernel/ipset/parse.ts'
import {parseIpvsTable} from '../../src/kernel/ipvs/parse.ts'
import {parseIptablesSave} from '../../src/kernel/rules/iptables.ts'
import {ipvs} from '../../src/node/proxy/ipvs/ipvs.ts'
import {context, type Golden, goldenFile, reference} from '../node/proxy/golden/_reference.ts'
import {withoutChance} from '../real/_reference-rules.ts'
import {play, whyNoMachine} from './_machine.ts'
import {having, nothing, preamble, stepIn} from './_script.ts'

/* The reference cluster in ipvs mode, as Debian's kernel has it. PODLAB_WRITE_GOLDENS=1 writes what ipvsadm prints anew: look at the difference. */
const script = `${preamble}
ip netns add r
${stepIn('r', nothing, having(ipvs.plan(reference, context)))}
echo '@@ ipvs.ipvsadm-Sn'; ip netns exec r ipvsadm -Sn
echo '@@ ipvs.ipset-save'; ip netns exec r ipset save
echo '@@ ipvs.iptables-save'; ip netns exec r iptables-save
echo '@@ end'
`

const read = {
  'ipvs.ipvsadm-Sn': parseIpvsTable,
  'ipvs.ipset-save': parseIpSets,
  'ipvs.iptables-save': parseIptablesSave,
} as const satisfies Partial<Record<Golden, (text: string) => unknown>>

const why = await whyNoMachine()
if (why === undefined)
  test('the reference cluster in ipvs mode is the goldens', async t => {
    t.timeout(900_000)
    const printed = await play(script)
    const section = (name: Golden) => withoutChance(printed.get(name) ?? '')
    if (process.env.PODLAB_WRITE_GOLDENS) writeFileSync(goldenFile('ipvs.ipvsadm-Sn'), section('ipvs.ipvsadm-Sn'))
    for (const [name, parse] of Object.entries(read) as [keyof typeof read, (text: string) => unknown][])
      t.deepEqual(parse(section(name)), parse(readFileSync(goldenFile(name), 'utf8')), name)
  })
else test.skip(`the reference cluster in ipvs mode, in a machine with Debian's kernel: ${why}`, () => undefined)
