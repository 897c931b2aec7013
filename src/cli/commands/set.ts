import {ask} from '../../cluster/control.ts'
import {chooseLab} from '../../cluster/running-labs.ts'
import {SettingError, settingNamed} from '../../cluster/settings.ts'
import {type CommandRun, UsageError} from '../command.ts'
import {exitCode} from '../exit-code.ts'

/** How long the nodes may take to do what was set, in ms. */
const doneWithin = 30_000

/** Changes something of a running lab and waits until every node has done it; without operands, lists what can be set. */
export const run: CommandRun = async ([name, value], {lab}, signal) => {
  if (name === undefined) return list(lab as string | undefined)
  if (value === undefined) throw new UsageError(`which value for ${name}? podlab set lists what can be set`)
  refuseUnknown(String(name), String(value))
  const {socket} = (await chooseLab(lab as string | undefined)).session
  await (await import('../../cluster/no-ipvs.ts')).refuseLacking(String(name), String(value))
  const {stuck} = await ask(socket, 'set', {name: String(name), value: String(value)}, signal)
  const {waitingFor, notes} = await ask(socket, 'settled', {withinMs: doneWithin, excused: stuck}, signal)
  if (waitingFor.length === 0) {
    process.stdout.write(`${name} is ${value} now, on every node.\n`)
    process.stdout.write(notes.map(note => `Note: ${note}\n`).join(''))
    return exitCode.good
  }
  const missing = waitingFor.map(text => `  ${text}\n`).join('')
  process.stderr.write(`${name} is set to ${value}, but after ${doneWithin / 1000} s not ready:\n${missing}`)
  return exitCode.failed
}

async function list(lab: string | undefined): Promise<number> {
  const settings = await ask((await chooseLab(lab)).session.socket, 'settings', {})
  for (const {name, summary, value, choices} of settings)
    process.stdout.write(`${name} = ${value}    (${choices.join(', ')})\n    ${summary}\n`)
  return exitCode.good
}

function refuseUnknown(name: string, value: string): void {
  try {
    settingNamed(name, value)
  } catch (error) {
    if (error instanceof SettingError) throw new UsageError(error.message)
    throw error
  }
}
