import {examine, type Finding} from '../../cluster/doctor.ts'
import type {CommandRun} from '../command.ts'
import {exitCode} from '../exit-code.ts'

/** Examines the machine; the exit code says whether labs can run here. */
export const run: CommandRun = async (_, {json}) => {
  const findings = await examine()
  const good = findings.every(({probe, able}) => able || probe.need === 'optional')
  if (json) process.stdout.write(`${JSON.stringify({good, findings: findings.map(plain)}, undefined, 2)}\n`)
  else process.stdout.write(`${findings.map(line).join('')}\n${good ? verdicts.good : verdicts.bad}\n`)
  return good ? exitCode.good : exitCode.machine
}

const verdicts = {
  good: 'Labs run here.',
  bad: 'Labs cannot run here yet; the lines marked ✗ say what to do.',
}

function line({probe, able, said}: Finding): string {
  const mark = able ? '✓' : probe.need === 'required' ? '✗' : '-'
  const first = `${mark} ${probe.name.padEnd(16)} ${probe.gives}\n`
  return able ? first : `${first}    ${said || 'not here'}\n    ${probe.remedy}\n`
}

function plain({probe: {name, gives, need, remedy}, able, said}: Finding) {
  return {name, gives, need, able, ...(!able && {said, remedy})}
}
