import {spawn} from 'node:child_process'
import {createInterface} from 'node:readline'
import type {Duplex, Writable} from 'node:stream'
import {finished} from 'node:stream/promises'
import {systemPath} from '../../kernel/system-path.ts'
import {type Job, jobLine} from './guest.ts'
import {initrdOf} from './initrd.ts'
import type {CachedKernel} from './kernel-cache.ts'
import {type Accelerator, ports, qemuArguments} from './qemu.ts'
import {VmError} from './vm-error.ts'

export type VmOptions = {
  readonly kernel: CachedKernel
  readonly job: Omit<Job, 'modules'>
  readonly memoryMb: number
  readonly cpus: number
  readonly accelerator: Accelerator
  readonly timeoutMs: number
  readonly out: Writable
  readonly err: Writable
  readonly signal: AbortSignal
}

/** How a machine's command ended. */
export type VmResult = {readonly code: number}

/** The exit code for a command that had not ended in time: that of timeout(1). */
export const timedOut = 124

/**
 * Boots a machine, runs one command in it and brings back its output and exit code. There is no file that the machine could leave: all it says goes
 * over sockets that it is born with. It dies with this process, however that ends, as the kernel sends it the signal then.
 */
export async function runInVm(options: VmOptions): Promise<VmResult> {
  const {kernel, job, memoryMb, cpus, accelerator, timeoutMs, out, err, signal} = options
  signal.throwIfAborted()
  const words = qemuArguments({
    kernel: kernel.kernel,
    initrd: initrdOf(kernel),
    memoryMb,
    cpus,
    accelerator,
    shares: job.shares,
  })
  const qemu = spawn('setpriv', ['--pdeathsig', 'KILL', 'qemu-system-x86_64', ...words], {
    cwd: '/',
    detached: true, // Ctrl-C is ours to tell
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe'],
    env: {PATH: systemPath, LC_ALL: 'C'},
  })
  const channel = (name: keyof typeof ports) => quiet((qemu.stdio as readonly unknown[])[ports[name]] as Duplex)
  const said = {qemu: lastOf(qemu.stdio[2] as Duplex), console: lastOf(channel('console'))}
  let late = false
  const kill = () => void qemu.kill('SIGKILL')
  const deadline = setTimeout(() => {
    late = true
    kill()
  }, timeoutMs)
  signal.addEventListener('abort', kill, {once: true})
  try {
    const gone = ended(qemu)
    const flowing = [flow(channel('out'), out), flow(channel('err'), err)]
    channel('job').write(jobLine({...job, modules: kernel.modules}))
    const code = codeFrom(channel('job'))
    await gone
    await Promise.all(flowing)
    signal.throwIfAborted()
    if (late) return {code: timedOut}
    return {code: (await code) ?? silent(said)}
  } finally {
    clearTimeout(deadline)
    signal.removeEventListener('abort', kill)
    kill()
  }
}

/* A machine that dies in the middle of a word resets its sockets. */
function quiet(socket: Duplex): Duplex {
  return socket.listenerCount('error') > 0 ? socket : socket.on('error', () => undefined)
}

async function flow(from: Duplex, to: Writable): Promise<void> {
  from.pipe(to, {end: false})
  await finished(from, {writable: false}).catch(() => undefined)
}

/* What the second script says: that it began, and the code in the end. */
async function codeFrom(job: Duplex): Promise<number | undefined> {
  let code: number | undefined
  try {
    for await (const line of createInterface({input: job})) {
      const [, number] = /^code (\d+)$/.exec(line.trim()) ?? []
      if (number !== undefined) code = Number(number)
    }
  } catch {
    // as above
  }
  return code
}

function lastOf(stream: Duplex): {text: string} {
  const kept = {text: ''}
  quiet(stream)
    .setEncoding('utf8')
    .on('data', (text: string) => {
      kept.text = (kept.text + text).slice(-4000)
    })
  return kept
}

function silent({qemu, console}: Readonly<Record<'qemu' | 'console', {text: string}>>): never {
  const words = [qemu.text, console.text].map(text => text.trim()).filter(text => text !== '')
  throw new VmError(
    `the machine ended without a result${words.length > 0 ? `:\n${words.join('\n')}` : ''}`,
    'no-result',
  )
}

function ended(qemu: ReturnType<typeof spawn>): Promise<void> {
  return new Promise((resolve, reject) => {
    qemu.once('error', cause => reject(new VmError(`qemu could not be started: ${cause.message}`, 'machine', cause)))
    qemu.once('exit', () => resolve())
  })
}
