import type {LabHandle} from '../cluster/lab-handle.ts'
import type {CheckConfig} from '../lab/lab.ts'
import type {Check, Verdict} from './check.ts'
import {checks} from './checks/index.ts'
import type {During} from './time.ts'

/** Runs a check of a lab file, whose parameters have been found good when the file was read. */
export function runCheck(config: CheckConfig, lab: LabHandle, during: During): Promise<Verdict> {
  const known: Readonly<Record<string, Check<unknown>>> = checks
  const check = known[config.type]
  if (check === undefined) throw new Error(`there is no check of type ${config.type}`)
  return check.run(check.parameters.parse(config.parameters), lab, during)
}
