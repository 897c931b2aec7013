import type {Machine} from '../../cluster/doctor/machine.ts'
import {examine, type Finding} from '../../cluster/doctor.ts'
import {allModules} from '../../cluster/probes.ts'
import type {CommandRun} from '../command.ts'
import {exitCode} from '../exit-code.ts'

/** Examines the machine; the exit code says whether labs can run here. */
export const run: CommandRun = async (_, {json, modules}) => {
  if (modules) {
    process.stdout.write(`${allModules.join('\n')}\n`)
    return exitCode.good
  }
  const {machine, findings} = await examine()
  const good = findings.every(({probe, able}) => able || probe.need === 'optional')
  process.stdout.write(json ? asJson({good, machine, findings}) : asText({good, machine, findings}))
  return good ? exitCode.good : exitCode.machine
}

type Examination = {readonly good: boolean; readonly machine: Machine; readonly findings: readonly Finding[]}

function asText({good, machine, findings}: Examination): string {
  return `${headline(machine)}\n\n${findings.map(line).join('')}\n${good ? verdicts.good : verdicts.bad}\n`
}

const verdicts = {
  good: 'Labs run here.',
  bad: 'Labs cannot run here yet; the lines marked ✗ say what to do.',
}

function headline({distribution, place, rootless, facts}: Machine): string {
  const who = rootless ? 'an ordinary user' : 'root'
  return `${distribution}, Linux ${facts.kernel}, ${facts.architecture}, ${who}${places[place]}`
}

const places: Readonly<Record<Machine['place'], string>> = {
  plain: '',
  wsl: ', in WSL',
  codespaces: ', in a codespace',
  'docker-desktop': ', in a container of Docker Desktop',
  orbstack: ', in OrbStack',
  'github-actions': ', on a runner of GitHub Actions',
  container: ', in a container',
}

function line({probe, able, said, remedies, untried}: Finding): string {
  const mark = able ? '✓' : untried ? '?' : probe.need === 'required' ? '✗' : '-'
  const first = `${mark} ${probe.name.padEnd(16)} ${probe.gives}`
  if (able || untried) return `${first}${said && `: ${said}`}\n`
  return [first, ...[said || 'not here', ...remedies].map(text => `    ${text}`), ''].join('\n')
}

/* The shape is stable: members are added, none is renamed or taken away. */
function asJson({good, machine, findings}: Examination): string {
  const {distribution, place, rootless, facts} = machine
  const {kernel, architecture, memory} = facts
  return `${JSON.stringify(
    {
      good,
      machine: {distribution, place, rootless, kernel, architecture, memory},
      findings: findings.map(({probe: {name, gives, need}, able, said, remedies, untried}) => ({
        name,
        gives,
        need,
        able,
        untried,
        said,
        ...(!able && {remedy: remedies.join(' ')}),
      })),
    },
    undefined,
    2,
  )}\n`
}
