import {closeSync, fsyncSync, openSync, realpathSync, renameSync, rmSync, statSync, writeSync} from 'node:fs'
import {checks} from '../../exercise/checks/index.ts'
import {formatLab} from '../../lab/format.ts'
import {type KeyOrder, labKeyOrder} from '../../lab/key-order.ts'
import {LabError, mistakeOf} from '../../lab/lab-error.ts'
import {readLabFile, unwritable} from '../../lab/lab-files.ts'
import {onlyDocument, readText} from '../../lab/parse.ts'
import type {CommandRun} from '../command.ts'
import {exitCode} from '../exit-code.ts'
import {labFile} from '../find-lab.ts'

/** Writes lab files in their one form; with `--check` says only which would change. */
export const run: CommandRun = async ([words], {check}) => {
  const order = labKeyOrder(checks)
  const files = (words as readonly string[]).map(labFile)
  const texts = files.map(file => ({file, ...formatted(file, order)}))
  const changed = texts.filter(({before, after}) => before !== after)
  if (!check) for (const {file, after} of changed) replaceFile(file, after)
  for (const {file, before, after} of texts)
    process.stdout.write(`${file}: ${before === after ? 'good' : check ? 'would change' : 'written'}\n`)
  return check && changed.length > 0 ? exitCode.failed : exitCode.good
}

function formatted(file: string, order: KeyOrder): {readonly before: string; readonly after: string} {
  const before = readText(file, readLabFile)
  onlyDocument({file, text: before})
  return {before, after: formatLab(before, order)}
}

/* A file beside it first, then its name: a full disk leaves the lab as it was. */
function replaceFile(file: string, text: string): void {
  const place = realpathSync(file)
  const draft = `${place}.${process.pid}.new`
  try {
    const descriptor = openSync(draft, 'wx', statSync(place).mode)
    try {
      writeSync(descriptor, text)
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    renameSync(draft, place)
  } catch (error) {
    rmSync(draft, {force: true})
    throw new LabError([mistakeOf(file, unwritable('the lab file', error))], {cause: error})
  }
}
