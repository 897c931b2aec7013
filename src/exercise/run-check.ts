import type {LabHandle} from '../cluster/lab-handle.ts'
import type {CheckConfig} from '../lab/lab.ts'
import type {Check, CommonParameters, Finding, Verdict} from './check.ts'
import {checks} from './checks/index.ts'
import {type Limits, typed, typedCommand} from './command.ts'
import type {During} from './time.ts'
import {tryUntil, watchUntil} from './until.ts'

/**
 * Runs a check of a lab file, whose parameters have been found good when the file was read. A negated check waits for the
 * opposite; what could not be told at all is neither.
 */
export function runCheck(config: CheckConfig, lab: LabHandle, during: During): Promise<Verdict> {
  const known: Readonly<Record<string, Check<unknown>>> = checks
  const check = known[config.type]
  if (check === undefined) throw new Error(`there is no check of type ${config.type}`)
  const parameters = check.parameters.parse(config.parameters) as CommonParameters
  const expected = (words = check.expected(parameters)) => (parameters.not ? `not: ${words}` : words)
  const watched = watchCommands(lab)
  const attempt = async (limits: Limits): Promise<Verdict> => {
    const finding = await check.look(parameters, watched.lab, limits)
    return {
      pass: passes(finding, parameters),
      expected: expected(finding.expected),
      seen: finding.seen,
      command: finding.command,
    }
  }
  const retry = {'after a change': watchUntil, 'after a pause': tryUntil}[check.again]
  const within = parameters.within * (during.patience ?? 1)
  return retry(attempt, {...during, lab, within, expected: expected(), command: watched.last})
}

/** The lab, and the command that was run in it last: what to look at when a check came to no result. */
function watchCommands(lab: LabHandle): {readonly lab: LabHandle; readonly last: () => string} {
  let last = typedCommand(lab, 'get', ['pods'])
  const exec: LabHandle['exec'] = (place, argv, options) => {
    last = typed(lab, place, argv)
    return lab.exec(place, argv, options)
  }
  return {lab: {...lab, exec}, last: () => last}
}

function passes({holds}: Finding, {not}: CommonParameters): boolean {
  return holds !== undefined && holds !== not
}
