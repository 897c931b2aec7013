import {ask} from '../../cluster/control.ts'
import {startLab} from '../../cluster/start-lab.ts'
import type {CommandRun} from '../command.ts'
import {daemonProgram} from '../daemon-program.ts'
import {exitCode} from '../exit-code.ts'
import {readLab} from '../find-lab.ts'

/** How long pods may take to become ready before `up` says which do not, in ms. */
const readyWithin = 30_000

/** Brings a lab up, waits until its pods are ready, and leaves it running. */
export const run: CommandRun = async ([word], _options, signal) => {
  const {lab, source} = await readLab(word)
  const began = performance.now()
  const progress = (text: string) => process.stderr.write(`${text}\n`)
  const started = await startLab({lab, source}, {daemon: daemonProgram, signal, progress})
  const {waitingFor} = await ask(started.session.socket, 'settled', {withinMs: readyWithin}, signal).catch(
    async error => {
      await started.stop()
      throw error
    },
  )
  started.letGo()
  if (waitingFor.length > 0) {
    process.stderr.write(`${lab.name} is up, but not ready:\n${waitingFor.map(text => `  ${text}\n`).join('')}`)
    return exitCode.failed
  }
  const seconds = ((performance.now() - began) / 1000).toFixed(2)
  process.stdout.write(
    `${lab.name} is up (${seconds} s): ${lab.nodes.map(({name}) => name).join(', ')}.\n\n${nextSteps(lab.name)}`,
  )
  return exitCode.good
}

function nextSteps(name: string): string {
  return ['podlab get pods -o wide', 'podlab shell node/NAME', `podlab check ${name}`, `podlab down ${name}`]
    .map(line => `  ${line}\n`)
    .join('')
}
