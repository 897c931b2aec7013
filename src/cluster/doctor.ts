import {spawn} from 'node:child_process'
import {systemPath} from '../kernel/system-path.ts'
import {type Facts, readFacts} from './doctor/facts.ts'
import type {Look} from './doctor/look.ts'
import {type Machine, machineOf} from './doctor/machine.ts'
import {installPackage, remediesFor} from './doctor/remedy.ts'
import {type Probe, probes, type Trial} from './probes.ts'
import {unshareArguments} from './sandbox.ts'

/** What a probe found: whether the machine can, what was said about it, and what to do when it cannot. */
export type Finding = {
  readonly probe: Probe
  readonly able: boolean
  /** A tool's complaint, or a figure; may be empty. */
  readonly said: string
  readonly remedies: readonly string[]
  /** Nobody knows, since no sandbox could be made to find out in. */
  readonly untried: boolean
}

/** How a trial went. `missing` is a program that is not installed. */
export type Outcome = {readonly able: boolean; readonly said: string; readonly missing?: true}

/** Tries one thing, or reads it. */
export type Try = (find: Trial | Look, facts: Facts) => Promise<Outcome>

/** Tries everything that podlab wants of this machine, each thing in a scratch sandbox of its own. */
export async function examine(
  facts: Promise<Facts> = readFacts(),
  tryOne: Try = outcomeOf,
): Promise<{readonly machine: Machine; readonly findings: readonly Finding[]}> {
  const machine = machineOf(await facts)
  const findings = await Promise.all(
    probes.map(async probe => diagnose(probe, await tryOne(probe.find, machine.facts), machine)),
  )
  const sandbox = findings.find(({probe}) => probe.name === 'namespaces')
  return {machine, findings: sandbox?.able ? findings : findings.map(withoutSandbox)}
}

/* What failed for want of a sandbox has not failed itself: a remedy for it would mislead. */
function withoutSandbox(finding: Finding): Finding {
  const {probe, able} = finding
  if (able || typeof probe.find === 'function' || probe.name === 'namespaces') return finding
  return {probe, able, said: 'not tried, for want of a sandbox', remedies: [], untried: true}
}

/** Chooses the remedies for an outcome on a machine. */
export function diagnose(probe: Probe, {able, said, missing}: Outcome, machine: Machine): Finding {
  const package_ = typeof probe.find === 'function' ? undefined : probe.find.program?.[1]
  const remedies = missing && package_ !== undefined ? installPackage(package_) : probe.remedies
  return {probe, able, said, remedies: able ? [] : remediesFor(remedies, machine), untried: false}
}

async function outcomeOf(find: Trial | Look, facts: Facts): Promise<Outcome> {
  return typeof find === 'function' ? find(facts) : tryOut(find)
}

/**
 * Runs a trial as the first process of a scratch sandbox, which the kernel clears away with it. Answers in time, even if a process hangs in
 * the kernel where no signal reaches it.
 */
export function tryOut({script, program}: Trial, {withinMs = 10_000} = {}): Promise<Outcome> {
  const [unshare = 'unshare', ...words] = unshareArguments()
  const child = spawn(unshare, [...words, '/bin/sh', '-c', `${present(program)}${script}`], {
    cwd: '/',
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {PATH: systemPath, LC_ALL: 'C'},
  })
  return new Promise(resolve => {
    let said = ''
    const deadline = setTimeout(() => {
      child.kill('SIGKILL')
      child.stderr.destroy()
      child.unref()
      resolve({able: false, said: `no answer within ${withinMs / 1000} s`})
    }, withinMs)
    child.stderr.setEncoding('utf8').on('data', text => {
      said += text
    })
    child.on('error', ({message}) => {
      clearTimeout(deadline)
      resolve({able: false, said: message, missing: true})
    })
    child.on('close', code => {
      clearTimeout(deadline)
      resolve({able: code === 0, said: code === 0 ? '' : firstLine(said), ...(code === notFound && {missing: true})})
    })
  })
}

/* How a trial ends whose program is not there (EX_UNAVAILABLE). */
const notFound = 69

function present(program: Trial['program']): string {
  if (program === undefined) return ''
  return `command -v ${program[0]} >/dev/null || { echo "${program[0]} is not installed" >&2; exit ${notFound}; }\n`
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0] ?? ''
}
