import {spawn, spawnSync} from 'node:child_process'
import {join} from 'node:path'

/** What a test asks the first process of its sandbox. */
export type Question = {readonly id: number; readonly method: string; readonly parameters: readonly unknown[]}

/** What it answers; question 0 is answered when it is there. An error has its own fields besides. */
export type Answer = {readonly id: number; readonly value?: unknown; readonly error?: PlainError}

export type PlainError = {readonly name: string; readonly message: string; readonly stack: string}

/** A sandbox whose first process answers questions, or why this machine gives none. It dies with the process that asked for it. */
export type Sandbox =
  | {ask(method: string, ...parameters: readonly unknown[]): Promise<unknown>; stop(): void}
  | {readonly refused: string}

const isRoot = process.getuid?.() === 0
const asNobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] as const
const unshare = ['unshare', '--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', '--uts', '--ipc']
const ownUser = ['--user', '--map-root-user']

/** As whoever runs the tests. `host` is the first process's program, beside this file. */
export function startSandbox(host: string): Promise<Sandbox> {
  return start(isRoot ? unshare : [...unshare, ...ownUser], join(import.meta.dirname, host))
}

/** As an ordinary user, when root runs the tests. */
export async function startRootlessSandbox(host: string): Promise<Sandbox> {
  if (!isRoot) return {refused: 'the tests run as an ordinary user already'}
  const file = join(import.meta.dirname, host)
  const [program, ...words] = asNobody
  const {status} = spawnSync(program, [...words, process.execPath, '--check', file])
  if (status !== 0) return {refused: 'an ordinary user cannot read this checkout, or node'}
  return start([...asNobody, ...unshare, ...ownUser], file)
}

async function start([program = '', ...words]: readonly string[], file: string): Promise<Sandbox> {
  const child = spawn(program, [...words, process.execPath, '--no-warnings', file], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    cwd: '/',
  })
  const waiting = new Map<number, (answer: Answer) => void>()
  const said: Buffer[] = []
  child.stderr?.on('data', chunk => said.push(chunk))
  child.on('message', (answer: Answer) => {
    waiting.get(answer.id)?.(answer)
    waiting.delete(answer.id)
  })
  const end = new Promise<{refused: string}>(resolve => {
    child.on('error', error => resolve({refused: error.message}))
    child.on('exit', code => resolve({refused: `the sandbox ended with ${code}: ${Buffer.concat(said)}`.trim()}))
  })
  const ready = new Promise<Answer>(resolve => waiting.set(0, resolve))
  const first = await Promise.race([end, ready])
  if ('refused' in first) return first

  let asked = 0
  const ask = async (method: string, ...parameters: readonly unknown[]) => {
    const question: Question = {id: ++asked, method, parameters}
    const answered = new Promise<Answer>(resolve => waiting.set(question.id, resolve))
    child.send(question)
    const answer = await Promise.race([answered, end])
    if ('refused' in answer) throw new Error(answer.refused)
    if (answer.error) throw Object.assign(new Error(answer.error.message), answer.error)
    return answer.value
  }
  return {ask, stop: () => child.disconnect()}
}
