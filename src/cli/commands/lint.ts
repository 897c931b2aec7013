import {checks} from '../../exercise/checks/index.ts'
import {LabError, type Mistake, printMistake, printMistakes} from '../../lab/lab-error.ts'
import {readLabFile} from '../../lab/lab-files.ts'
import type {Setting} from '../../lab/parameters.ts'
import {inspectLab} from '../../lab/parse.ts'
import {rootFault} from '../../lab/root-fault.ts'
import type {CommandRun} from '../command.ts'
import {exitCode} from '../exit-code.ts'
import {labFile} from '../find-lab.ts'
import {settingsOf} from '../set-option.ts'

/** Reads labs and says everything that is wrong with them, without starting anything. */
export const run: CommandRun = async ([words], options) => {
  const settings = settingsOf(options)
  const results = (words as readonly string[]).map(lab => ({lab, ...lint(lab, settings)}))
  const good = results.every(
    ({mistakes, warnings}) => mistakes.length === 0 && !(options.strict && warnings.length > 0),
  )
  if (options.json) process.stdout.write(`${JSON.stringify(results.map(asJson), undefined, 2)}\n`)
  else process.stdout.write(results.map(asText).join(''))
  return good ? exitCode.good : exitCode.usage
}

type Result = {readonly mistakes: readonly Mistake[]; readonly warnings: readonly Mistake[]}

function lint(lab: string, settings: readonly Setting[]): Result {
  try {
    const {mistakes, warnings} = inspectLab(labFile(lab), {readFile: readLabFile, rootFault, checks, settings})
    return {mistakes: mistakes.length === 0 ? [] : new LabError(mistakes).mistakes, warnings}
  } catch (error) {
    if (error instanceof LabError) return {mistakes: error.mistakes, warnings: []}
    throw error
  }
}

function asText({lab, mistakes, warnings}: Result & {readonly lab: string}): string {
  const warned = warnings.map(warning => `${printMistake(warning, 'warning: ')}\n\n`).join('')
  return warned + (mistakes.length > 0 ? `${printMistakes(mistakes)}\n` : `${lab}: good\n`)
}

function asJson({lab, mistakes, warnings}: Result & {readonly lab: string}) {
  return {lab, good: mistakes.length === 0, mistakes, warnings}
}
