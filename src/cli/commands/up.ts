import {type BroughtUp, bringUp, notReady} from '../bring-up.ts'
import type {CommandRun} from '../command.ts'
import {exitCode} from '../exit-code.ts'
import {exportLine} from '../kubeconfig.ts'
import {patienceOf} from '../patience.ts'
import {programName} from '../program-name.ts'
import {settingsOf} from '../set-option.ts'

/** Brings a lab up, waits until its pods are ready, and leaves it running. */
export const run: CommandRun = async ([word], options, signal) => {
  const began = performance.now()
  const wanted = {settings: settingsOf(options), patience: patienceOf(options), insecure: options.insecure === true}
  return leaveUp(await bringUp(word, {...wanted, keep: true, signal}), {began, verb: 'up'})
}

/** Lets a lab live on and tells what can be done with it. */
export function leaveUp(up: BroughtUp, {began, verb}: {began: number; verb: 'up' | 'back'}): number {
  up.started.letGo()
  if (up.waitingFor.length > 0) {
    process.stderr.write(notReady(up))
    return exitCode.failed
  }
  const {name, nodes} = up.lab
  const seconds = ((performance.now() - began) / 1000).toFixed(2)
  const names = nodes.map(node => node.name).join(', ')
  const notes = up.notes.map(note => `Note: ${note}\n`).join('')
  const {insecureUrl} = up.started
  const insecure = insecureUrl ? `Without TLS: ${insecureUrl}\n` : ''
  process.stdout.write(
    `${name} is ${verb} after ${seconds} s. Its nodes: ${names}.\n${notes}${insecure}\nTry:\n  ${exportLine(up.started.session)}\n`,
  )
  process.stdout.write(
    nextSteps(name, nodes[0]?.name ?? '')
      .map(line => `  ${programName} ${line}\n`)
      .join(''),
  )
  return exitCode.good
}

function nextSteps(lab: string, node: string): readonly string[] {
  return ['get pods -o wide', `exec node/${node} -- ip route`, `shell node/${node}`, `check ${lab}`, `down ${lab}`]
}
