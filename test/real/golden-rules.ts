import {readFileSync} from 'node:fs'
import test from 'ava'
import {parseNftTable} from '../../src/kernel/nftables/parse.ts'
import {parseIptablesSave} from '../../src/kernel/rules/iptables.ts'
import {goldenFile} from '../node/proxy/golden/_reference.ts'
import {listed} from './_reference-rules.ts'

/* Versions of the tools write this or that in other words; what is read back is the same. */
for (const [tool, parse] of Object.entries({'iptables-save': parseIptablesSave, nft: parseNftTable}) as [
  'iptables-save' | 'nft',
  (text: string) => unknown,
][]) {
  const found = listed(tool)
  if ('refused' in found) {
    test.skip(`${tool} of the reference cluster: ${found.refused}`, () => undefined)
    continue
  }
  test(`${tool} of the reference cluster is the golden`, t => {
    t.deepEqual(parse(found.text), parse(readFileSync(goldenFile(tool), 'utf8')))
  })
}
