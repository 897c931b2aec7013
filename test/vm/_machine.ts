import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {homedir, tmpdir} from 'node:os'
import {join} from 'node:path'
import {systemPath} from '../../src/kernel/system-path.ts'
import {main, type Result, startProgram} from '../real/_podlab.ts'

export const checkout = join(import.meta.dirname, '../..')
/** Where kernels lie that were fetched before. */
export const cache = process.env.XDG_CACHE_HOME ?? join(process.env.HOME ?? homedir(), '.cache')

const environment = {
  ...{PATH: `${join(checkout, 'node_modules/.bin')}:${systemPath}`, HOME: process.env.HOME ?? homedir()},
  XDG_CACHE_HOME: cache,
  ...(process.env.CI && {CI: process.env.CI}),
}

/** podlab vm, in the checkout. */
export function vm(...words: readonly string[]) {
  return startProgram([process.execPath, main, 'vm', ...words], {cwd: checkout, environment})
}

/** Why there is no machine with Debian's kernel here: no qemu, and nobody who may install it; no network. Else undefined, and it is ready. */
export async function whyNoMachine(): Promise<string | undefined> {
  const {code, stderr} = await vm('--setup').ended
  return code === 0 ? undefined : (stderr.trim().split('\n').at(-1) ?? 'no machine')
}

/**
 * Plays a script of bash in a machine of its own; what it has printed, by the sections that lines `@@ NAME` begin. The machine is emulated, as a rule, and ten
 * times slower: what can be decided outside is in the script already.
 */
export async function play(script: string): Promise<ReadonlyMap<string, string>> {
  const folder = mkdtempSync(join(tmpdir(), 'podlab-test-vm-'))
  try {
    const file = join(folder, 'script')
    writeFileSync(file, script)
    const result: Result = await vm('--timeout', '900', '--', 'bash', '--norc', file).ended
    if (result.code !== 0) throw new Error(`the script ended with ${result.code}:\n${result.stdout}${result.stderr}`)
    return sections(result.stdout)
  } finally {
    rmSync(folder, {recursive: true})
  }
}

function sections(text: string): ReadonlyMap<string, string> {
  const [, ...parts] = `\n${text}`.split('\n@@ ')
  return new Map(
    parts.map(part => {
      const end = part.indexOf('\n')
      return end < 0 ? [part, ''] : [part.slice(0, end), part.slice(end + 1).replace(/([^\n])$/, '$1\n')]
    }),
  )
}
