import {closeSync, mkdirSync, openSync, readdirSync, rmSync, writeFileSync} from 'node:fs'
import {basename, join, relative, resolve} from 'node:path'
import {LabError, mistakeOf} from '../../lab/lab-error.ts'
import {unwritable} from '../../lab/lab-files.ts'
import {labName} from '../../lab/schema.ts'
import {starterLab} from '../../lab/starter.ts'
import {type CommandRun, UsageError} from '../command.ts'
import {exitCode} from '../exit-code.ts'
import {programName} from '../program-name.ts'

const schemaFile = join(import.meta.dirname, '../../../schema/lab.schema.json')

/** Writes a lab to start from into a folder of its own; what is there already is left alone, and half a lab is not left. */
export const run: CommandRun = async ([word]) => {
  const folder = String(word)
  const name = basename(resolve(folder))
  const named = labName.safeParse(name)
  if (!named.success) throw new UsageError(`"${name}" is no name for a lab: ${named.error.issues[0]?.message}`)
  const files = starterLab({name, schema: relative(resolve(folder), schemaFile), program: programName})
  let made: string | undefined
  const written: string[] = []
  try {
    made = makeFolder(folder)
    if (readdirSync(folder).length > 0) throw new UsageError(`${folder} is not empty; nothing was written`)
    for (const [file, text] of Object.entries(files)) {
      const descriptor = openSync(join(folder, file), 'wx')
      written.push(join(folder, file))
      try {
        writeFileSync(descriptor, text)
      } finally {
        closeSync(descriptor)
      }
    }
  } catch (error) {
    if (error instanceof UsageError) throw error
    for (const half of [...written, ...(made === undefined ? [] : [made])]) rmSync(half, {recursive: true, force: true})
    throw new LabError([mistakeOf(folder, unwritable('the lab', error))], {cause: error})
  }
  process.stdout.write(`${folder} holds ${Object.keys(files).join(' and ')}.\n\nTry:\n`)
  for (const line of [`lint ${folder}`, `run ${folder}`, `run ${folder} --set pods=5`])
    process.stdout.write(`  ${programName} ${line}\n`)
  return exitCode.good
}

/* The first folder that had to be made. Where nothing can be written, Node's recursive mkdir says that there is no such folder. */
function makeFolder(folder: string): string | undefined {
  try {
    mkdirSync(folder)
    return folder
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException
    if (code === 'EEXIST' || code === 'ENOENT') return mkdirSync(folder, {recursive: true})
    throw error
  }
}
