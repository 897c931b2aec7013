/** Writes the goldens of the reference cluster anew, as this kernel lists its rules: `node test/real/_write-goldens.ts`. Look at the difference. */
import {writeFileSync} from 'node:fs'
import {goldenFile} from '../node/proxy/golden/_reference.ts'
import {listed, tools} from './_reference-rules.ts'

for (const tool of tools) {
  const found = listed(tool)
  if ('refused' in found) throw new Error(found.refused)
  writeFileSync(goldenFile(tool), found.text)
}
