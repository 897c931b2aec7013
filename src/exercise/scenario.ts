import type {ExecResult, LabHandle} from '../cluster/lab-handle.ts'
import type {Step} from '../lab/lab.ts'
import {joinWords} from '../lab/words.ts'
import {typed, typedKubectl} from './command.ts'
import type {Played, Reporter} from './events.ts'
import {inWords, meets} from './expectation.ts'
import {fillAddresses, fillNames, placeOf} from './places.ts'
import {runCheck} from './run-check.ts'
import type {During} from './time.ts'

/** A step that did not do what it should; the message is for the reader. */
class StepError extends Error {
  override readonly name = 'StepError'
  readonly code = 'ESTEP'
}

/** Plays the lab's scenario, step by step, and stops at the first that fails. */
export async function playScenario(lab: LabHandle, during: During & {readonly report: Reporter}): Promise<Played> {
  const {scenario} = lab.lab
  const {report, time, signal} = during
  const lacking = new Set<string>()
  for (const [index, step] of scenario.entries()) {
    signal.throwIfAborted()
    if (step.under && lacking.has(step.under.value)) continue
    const [number, started, {title}] = [index + 1, time.now(), step]
    report({event: 'started', number, of: scenario.length, title})
    try {
      await play(step, lab, {...during, say: text => report({event: 'output', number, text})})
    } catch (error) {
      if (step.under && error instanceof Error && 'code' in error && error.code === 'lacking') {
        lacking.add(step.under.value)
        report({event: 'output', number, text: `passed over: ${error.message}\n`})
        continue
      }
      if (signal.aborted || !(error instanceof Error && 'code' in error)) throw error
      const failed = {number, title, reason: error.message}
      report({event: 'failed', ...failed})
      return {pass: false, steps: scenario.length, failed}
    }
    report({event: 'done', number, title, milliseconds: time.now() - started})
  }
  return {pass: true, steps: scenario.length}
}

type Playing = During & {readonly say: (text: string) => void}
type StepOf<Do extends Step['do']> = Extract<Step, {do: Do}>

function play(step: Step, lab: LabHandle, during: Playing): Promise<void> {
  switch (step.do) {
    case 'say':
      return sayText(step, during)
    case 'apply':
      return applyObjects(step, lab, during)
    case 'delete':
      return deleteObjects(step, lab, during)
    case 'scale':
      return scaleObject(step, lab, during)
    case 'exec':
      return runCommand(step, lab, during)
    case 'kubectl':
      return runKubectl(step, lab, during)
    case 'set':
      return setSetting(step, lab, during)
    case 'wait':
      return untilPassed(step.until, lab, during)
    case 'check':
      return untilPassed(step.check, lab, during)
  }
}

async function sayText({text, title}: StepOf<'say'>, {say}: Playing): Promise<void> {
  if (text !== title) say(`${text.trimEnd()}\n`)
}

async function applyObjects({objects}: StepOf<'apply'>, lab: LabHandle, {say}: Playing): Promise<void> {
  for (const {ref, did} of await lab.apply(objects)) say(`${ref.kind.toLowerCase()}/${ref.name} ${did}\n`)
}

async function deleteObjects(
  {kind, namespace, ...which}: StepOf<'delete'>,
  lab: LabHandle,
  {say}: Playing,
): Promise<void> {
  const {name, selector} = which
  const gone = await lab.delete({kind, namespace, ...(name && {name}), ...(selector && {selector})})
  if (gone.length === 0) throw new StepError(`there is no ${kind} ${name ?? `with ${selector}`} to delete`)
  for (const ref of gone) say(`${ref.kind.toLowerCase()}/${ref.name} deleted\n`)
}

async function scaleObject(
  {kind, namespace, name, replicas}: StepOf<'scale'>,
  lab: LabHandle,
  {say}: Playing,
): Promise<void> {
  await lab.scale({kind, namespace, name}, replicas)
  say(`${kind.toLowerCase()}/${name} scaled\n`)
}

async function runCommand(step: StepOf<'exec'>, lab: LabHandle, {say, signal, patience = 1}: Playing): Promise<void> {
  const timeoutMs = 60_000 * patience
  const place = await placeOf(step.target, lab)
  const argv = await Promise.all(step.command.map(word => fillAddresses(word, lab)))
  const result = await lab.exec(place, argv, {onOutput: say, signal, timeoutMs})
  if (!meets(result, step.expect)) throw unexpected(typed(lab, place, argv), {result, timeoutMs, expect: step.expect})
}

async function runKubectl(
  step: StepOf<'kubectl'>,
  lab: LabHandle,
  {say, signal, patience = 1}: Playing,
): Promise<void> {
  const timeoutMs = 60_000 * patience
  const words = await Promise.all(step.command.map(async word => fillAddresses(await fillNames(word, lab), lab)))
  const line = `kubectl ${joinWords(words)}`
  if (line !== step.title) say(`$ ${line}\n`) // to be typed again: the title may be a sentence, or have a placeholder
  const result = await lab.kubectl(words, {folder: step.folder, onOutput: say, signal, timeoutMs})
  if (!meets(result, step.expect)) throw unexpected(typedKubectl(lab, words), {result, timeoutMs, expect: step.expect})
}

async function setSetting(
  {setting}: StepOf<'set'>,
  lab: LabHandle,
  {say, signal, patience = 1}: Playing,
): Promise<void> {
  const {name, value} = setting
  const withinMs = 30_000 * patience
  const {waitingFor, notes} = await lab.set(name, value, {withinMs, signal})
  if (waitingFor.length > 0)
    throw new StepError(
      `${name} is set to ${value}, but after ${withinMs / 1000} s not ready:\n${waitingFor.join('\n')}`,
    )
  say(`${name} is ${value} now, on every node.\n${notes.map(note => `Note: ${note}\n`).join('')}`)
}

function unexpected(
  command: string,
  {result: {code}, timeoutMs, expect}: {result: ExecResult; timeoutMs: number; expect: Parameters<typeof inWords>[0]},
): StepError {
  const ended = code === 124 ? `was killed after ${timeoutMs / 1000} s` : `ended with code ${code}`
  return new StepError(`${command}\n${ended}; expected ${inWords(expect)}`)
}

async function untilPassed(check: StepOf<'check'>['check'], lab: LabHandle, during: Playing): Promise<void> {
  const {pass, expected, seen, command} = await runCheck(check, lab, during)
  if (!pass) throw new StepError(`expected: ${expected}\nseen: ${seen}\nsee it yourself: ${command}`)
  during.say(`${seen.trimEnd()}\n`)
}
