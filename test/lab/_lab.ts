import {z} from 'zod'
import type {CheckForm} from '../../src/lab/check-schema.ts'
import type {Lab} from '../../src/lab/lab.ts'
import {LabError} from '../../src/lab/lab-error.ts'
import {parseLab} from '../../src/lab/parse.ts'
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

/** The lab that a text means when these files stand beside it. */
export function read(text: string, files: Readonly<Record<string, string>> = {}): Lab {
  return parseLab({file: 'labs/some/lab.yaml', text}, {readFile: reader(files), checks})
}

/** Every mistake of a text as `line:column message`, those of other files as `FILE line:column message`. */
export function mistakesIn(text: string, files: Readonly<Record<string, string>> = {}): readonly string[] {
  try {
    read(text, files)
    return []
  } catch (error) {
    if (!(error instanceof LabError)) throw error
    return error.mistakes.map(({file, line, column, message}) => {
      const place = line === undefined ? '-' : `${line}:${column}`
      return `${file === 'labs/some/lab.yaml' ? '' : `${file} `}${place} ${message}`
    })
  }
}

function reader(files: Readonly<Record<string, string>>) {
  return (path: string) => {
    const text = files[path]
    if (text === undefined) throw Object.assign(new Error('no such file'), {code: 'ENOENT'})
    return text
  }
}
