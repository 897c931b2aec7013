import {constants} from 'node:os'
import {execa} from 'execa'
import {notStarted} from '../../cluster/run-kubectl.ts'
import {chooseLab} from '../../cluster/running-labs.ts'
import {joinWords} from '../../lab/words.ts'
import type {CommandRun} from '../command.ts'
import {runningName} from '../find-lab.ts'

/** Runs the kubectl of the PATH with a lab's kubeconfig and this terminal; its exit code is the command's. */
export const run: CommandRun = async ([given = []]) => {
  const {lab, words} = split(given as readonly string[])
  const {session} = await chooseLab(await runningName(lab), 'podlab kubectl NAME -- ...')
  const result = await execa('kubectl', words, {
    stdio: 'inherit',
    env: {KUBECONFIG: session.kubeconfig},
    reject: false,
  })
  if (result.exitCode !== undefined) {
    if (result.exitCode !== 0 && words[0] === session.name) process.stderr.write(`${meant(words)}\n`)
    return result.exitCode
  }
  if (result.signal !== undefined) return 128 + constants.signals[result.signal]
  throw notStarted(result)
}

/* kubectl has taken the lab's name for a command of its own. */
function meant([lab, ...words]: readonly string[]): string {
  return `podlab: between the lab and what is kubectl's stands --, as in: podlab kubectl ${lab} -- ${joinWords(words)}`
}

/** Before `--` stands the lab, if anything; without `--`, all words are kubectl's. */
function split(words: readonly string[]): {lab: string | undefined; words: readonly string[]} {
  const [first, ...rest] = words
  if (first === '--') return {lab: undefined, words: rest}
  return rest[0] === '--' ? {lab: first, words: rest.slice(1)} : {lab: undefined, words}
}
