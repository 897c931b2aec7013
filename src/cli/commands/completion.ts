import {type CommandRun, UsageError} from '../command.ts'
import {candidates} from '../completion/candidates.ts'
import {liveWords} from '../completion/live.ts'
import {scripts} from '../completion/scripts.ts'
import {exitCode} from '../exit-code.ts'
import {commands} from './index.ts'

/** Prints what a shell has to read to complete podlab's words; with words, what the last of them could become. */
export const run: CommandRun = async ([shell, words]) => {
  const name = String(shell)
  if (name !== 'bash' && name !== 'zsh' && name !== 'fish')
    throw new UsageError(`there is no completion for ${name}; expected ${Object.keys(scripts).join(', ')}`)
  const [first, ...rest] = words as readonly string[]
  if (first === undefined) process.stdout.write(scripts[name])
  else {
    const found = await candidates(first === '--' ? rest : [first, ...rest], commands, liveWords())
    const lines = found.map(({value, about}) => (name === 'bash' || !about ? value : `${value}\t${about}`))
    process.stdout.write(lines.map(line => `${line.replaceAll('\n', ' ')}\n`).join(''))
  }
  return exitCode.good
}
