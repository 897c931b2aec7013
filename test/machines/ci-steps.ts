import {spawnSync} from 'node:child_process'
import {chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import test, {type ExecutionContext} from 'ava'
import {parse} from 'yaml'

/*
 * The steps of docs/ci.md, typed as a runner types them, on a pretended machine whose podlab, modprobe and sysctl write down what they
 * are called with, and whose sudo says that it was there.
 */
type Step = {readonly run?: string}

const page = readFileSync(join(import.meta.dirname, '../../docs/ci.md'), 'utf8')
const [workflow = '', more = ''] = [...page.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, example = '']) => example)
const {lab: job} = parse(workflow).jobs as {
  lab: {steps: readonly Step[]; strategy: {matrix: Readonly<Record<string, readonly string[]>>}}
}
const moreSteps = parse(more) as readonly Step[]
const {lab: labs = [], user: users = []} = job.strategy.matrix

function folderOf(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'podlab-ci-'))
  t.teardown(() => rmSync(folder, {recursive: true, force: true}))
  return folder
}

function play(
  t: ExecutionContext,
  steps: readonly Step[],
  matrix: Readonly<Record<string, string>>,
): readonly string[] {
  const folder = folderOf(t)
  const log = join(folder, 'calls')
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  const write = (path: string, text: string) => {
    writeFileSync(path, `#!/bin/sh\n${text}\n`)
    chmodSync(path, 0o755)
  }
  write(join(bin, 'sudo'), 'BY="sudo " exec "$@"')
  for (const name of ['modprobe', 'sysctl']) write(join(bin, name), `echo "$BY""${name} $*" >>${log}`)
  write(join(folder, 'podlab'), `echo "$BY./podlab $*" >>${log}; echo a report >report.md`)
  for (const {run} of steps.filter(({run}) => run !== undefined)) {
    const script = String(run).replace(/\$\{\{ matrix\.(\w+) \}\}/g, (_, key: string) => matrix[key] ?? '')
    t.notRegex(script, /\$\{\{/)
    const {status, stderr} = spawnSync('bash', ['-e', '-u', '-c', script], {
      encoding: 'utf8',
      cwd: folder,
      env: {
        PATH: `${bin}:${process.env.PATH}`,
        BY: '',
        SUDO: matrix.user === 'root' ? 'sudo' : '',
        GITHUB_STEP_SUMMARY: join(folder, 'summary'),
      },
    })
    t.is(status, 0, `${script}\n${stderr}`)
  }
  return existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : []
}

for (const lab of labs)
  for (const user of users)
    test(`the job of ${lab} for ${user} starts podlab as that user in every step`, t => {
      const by = user === 'root' ? 'sudo ' : ''
      const calls = play(t, job.steps, {lab, user})
      t.deepEqual(
        calls.filter(call => call.includes('podlab')),
        [`${by}./podlab doctor`, `${by}./podlab run labs/${lab} --report junit=report.xml --report markdown=report.md`],
      )
      t.true(calls.some(call => call.startsWith('sudo modprobe -a ')))
    })

test('the steps that keep a lab up take it down', t => {
  t.deepEqual(play(t, moreSteps, {}), [
    './podlab run labs/kubia --keep',
    './podlab pingall',
    './podlab check --report tap',
    './podlab down --all',
  ])
})

const actionlint = spawnSync('actionlint', ['-version']).status === 0
const linted = actionlint ? test : test.skip
linted(`actionlint finds nothing in the workflow${actionlint ? '' : ' (it is not installed here)'}`, t => {
  const lint = (text: string) => {
    const file = join(folderOf(t), 'labs.yml')
    writeFileSync(file, text)
    return spawnSync('actionlint', ['-no-color', file], {encoding: 'utf8'})
  }
  const {status, stdout} = lint(workflow)
  t.is(stdout, '')
  t.is(status, 0)
  t.regex(lint(workflow.replace('matrix.lab', 'matrix.lap')).stdout, /property "lap" is not defined/)
})
