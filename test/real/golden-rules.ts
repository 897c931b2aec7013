import {readFileSync} from 'node:fs'
import test from 'ava'
import {parseIpSets} from '../../src/kernel/ipset/parse.ts'
import {parseNftTable} from '../../src/kernel/nftables/parse.ts'
import {parseIptablesSave} from '../../src/kernel/rules/iptables.ts'
import {goldenFile} from '../node/proxy/golden/_reference.ts'
import {listed, type Tool, tools} from './_reference-rules.ts'

/* Versions of the tools write this or that in other words; what is read back is the same. */
const read: Readonly<Record<Tool, (text: string) => unknown>> = {
  'iptables-save': parseIptablesSave,
  nft: parseNftTable,
  'ipvs.iptables-save': parseIptablesSave,
  'ipvs.ipset-save': parseIpSets,
}

for (const tool of tools) {
  const found = listed(tool)
  if ('refused' in found) {
    test.skip(`${tool} of the reference cluster: ${found.refused}`, () => undefined)
    continue
  }
  test(`${tool} of the reference cluster is the golden`, t => {
    t.deepEqual(read[tool](found.text), read[tool](readFileSync(goldenFile(tool), 'utf8')))
  })
}
