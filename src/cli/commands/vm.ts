import {statSync} from 'node:fs'
import {resolve} from 'node:path'
import {cachedKernel, vmCacheFolder} from '../../cluster/vm/kernel-cache.ts'
import {checkPrograms} from '../../cluster/vm/programs.ts'
import {bestAccelerator} from '../../cluster/vm/qemu.ts'
import {runInVm, timedOut} from '../../cluster/vm/run-in-vm.ts'
import {setUp} from '../../cluster/vm/setup.ts'
import {VmError} from '../../cluster/vm/vm-error.ts'
import {type CommandOptions, type CommandRun, UsageError} from '../command.ts'
import {exitCode} from '../exit-code.ts'

/** Runs a command in a virtual machine with Debian's own kernel, for what this machine's kernel lacks. */
export const run: CommandRun = async ([given], options, signal) => {
  const command = (given as readonly string[]).filter((word, index) => index > 0 || word !== '--')
  const folder = vmCacheFolder(process.env)
  const {setup, kernel: kernelPackage} = options as {setup?: boolean; kernel?: string}
  const tell = (what: string) => void process.stderr.write(`podlab: ${what}\n`)
  if (setup) {
    if (command.length > 0)
      throw new UsageError('podlab vm --setup only fetches what a machine needs; leave the command out')
    const {version} = await setUp({folder, kernelPackage, tell, signal})
    process.stdout.write(`Linux ${version} is ready in ${folder}. Try it: podlab vm -- uname -a\n`)
    return exitCode.good
  }
  if (kernelPackage !== undefined)
    throw new UsageError('--kernel belongs to --setup: podlab vm --setup --kernel FILE.deb')
  if (command.length === 0) throw new UsageError('which command? Type it after --: podlab vm -- ipvsadm -Ln')
  const [timeout, memory, cpus] = [
    number(options, 'timeout', {least: 1, most: 86_400, unit: 'seconds'}),
    number(options, 'memory', {least: 256, most: 1 << 20, unit: 'MiB'}),
    number(options, 'cpus', {least: 1, most: 64, unit: 'processors'}),
  ]
  const shares = ((options.share as readonly string[] | undefined) ?? []).map(sharedFolder)
  checkPrograms()
  const kernel = cachedKernel(folder)
  if (kernel === undefined) throw new VmError('there is no kernel for the machine yet. Fetch it: podlab vm --setup')
  const accelerator = bestAccelerator()
  const {code} = await runInVm({
    ...{kernel, accelerator, signal, memoryMb: memory, cpus, timeoutMs: timeout * 1000},
    job: {command, folder: process.cwd(), shares, environment: environmentFor(accelerator)},
    ...{out: process.stdout, err: process.stderr},
  })
  if (code === timedOut)
    process.stderr.write(`podlab: the command had not ended after ${timeout} s; --timeout gives it longer\n`)
  return code
}

/* An emulated machine is ten times slower. */
function environmentFor(accelerator: 'kvm' | 'tcg'): Readonly<Record<string, string>> {
  const passed = Object.entries(process.env).flatMap(([name, value]) =>
    value !== undefined && (handedDown.includes(name) || /^PODLAB_\w+$/.test(name)) ? [[name, value] as const] : [],
  )
  return {
    ...(accelerator === 'tcg' && {PODLAB_PATIENCE: '10'}),
    ...Object.fromEntries(passed),
  }
}

const handedDown = ['PATH', 'HOME', 'LANG', 'TERM', 'CI', 'NODE_ENV', 'NODE_OPTIONS', 'NO_COLOR', 'FORCE_COLOR']

type Bounds = {readonly least: number; readonly most: number; readonly unit: string}

function number(options: CommandOptions, name: string, {least, most, unit}: Bounds): number {
  const text = String(options[name])
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (value >= least && value <= most) return value
  throw new UsageError(`--${name} ${text}: expected a number of ${unit} from ${least} to ${most}`)
}

function sharedFolder(word: string): string {
  const path = resolve(word)
  const found = statSync(path, {throwIfNoEntry: false})
  if (found?.isDirectory()) return path
  throw new UsageError(`--share ${word}: ${found ? 'expected a folder, not a file' : 'there is no such folder'}`)
}
