import {z} from 'zod'
import type {CheckForm} from '../../src/lab/check-schema.ts'
import type {Lab} from '../../src/lab/lab.ts'
import {LabError, type Mistake} from '../../src/lab/lab-error.ts'
import type {Setting} from '../../src/lab/parameters.ts'
import {inspectLab, parseLab} from '../../src/lab/parse.ts'
import {mapping} from '../../src/lab/shape.ts'
import {target} from '../../src/lab/step-schema.ts'

/** Two types of check, as floor 5 would bring them. */
export const checks: Readonly<Record<string, CheckForm>> = {
  reaches: {
    summary: 'a target reaches an address',
    parameters: mapping({from: target, to: z.string(), within: z.int().optional()}),
    targets: ['from'],
  },
  pods: {summary: 'pods are ready', parameters: mapping({selector: z.string()}), targets: []},
}

type Files = Readonly<Record<string, string>>

/** The lab that a text means when these files stand beside it, with `--set pods=50` and the like. */
export function read(text: string, files: Files = {}, ...set: readonly string[]): Lab {
  return parseLab({file: 'labs/some/lab.yaml', text}, {readFile: reader(files), checks, settings: settingsOf(set)})
}

/** Every mistake of a text as `line:column message`, those of other files as `FILE line:column message`. */
export function mistakesIn(text: string, files: Files = {}, ...set: readonly string[]): readonly string[] {
  try {
    read(text, files, ...set)
    return []
  } catch (error) {
    if (!(error instanceof LabError)) throw error
    return error.mistakes.map(line)
  }
}

/** Every warning about a good lab, as mistakes are told. */
export function warningsIn(text: string, files: Files = {}): readonly string[] {
  const all = {...files, 'labs/some/lab.yaml': text}
  const {mistakes, warnings} = inspectLab('labs/some/lab.yaml', {readFile: reader(all), checks})
  if (mistakes.length > 0) throw new LabError(mistakes)
  return warnings.map(line)
}

function line({file, line, column, message}: Mistake): string {
  const place = line === undefined ? '-' : `${line}:${column}`
  return `${file === 'labs/some/lab.yaml' ? '' : `${file} `}${place} ${message}`
}

function settingsOf(set: readonly string[]): readonly Setting[] {
  return set.map(text => ({name: text.slice(0, text.indexOf('=')), text: text.slice(text.indexOf('=') + 1)}))
}

function reader(files: Files) {
  return (path: string) => {
    const text = files[path]
    if (text === undefined) throw Object.assign(new Error('no such file'), {code: 'ENOENT'})
    return text
  }
}
