import {execFile} from 'node:child_process'
import {readFileSync} from 'node:fs'
import {promisify} from 'node:util'
import {isRootless, unshareArguments} from './sandbox.ts'

/** Why this machine makes no sandbox, with the remedy; undefined when it does. Found out by making one. */
export async function explainNoSandbox(): Promise<string | undefined> {
  const [unshare = 'unshare', ...words] = unshareArguments()
  try {
    await promisify(execFile)(unshare, [...words, 'true'], {timeout: 5000})
    return undefined
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error)
    return [`this machine does not let you make a sandbox (${said || 'unshare failed'}).`, ...remedies()].join('\n')
  }
}

/* Each switch that forbids user namespaces, as this kernel shows it. */
function remedies(): readonly string[] {
  if (!isRootless())
    return ['podlab runs as root here, so a container or a security module forbids it: run podlab outside of it.']
  const found = switches.filter(({file, forbids}) => readSwitch(file) === forbids).map(({remedy}) => remedy)
  return [
    ...(found.length > 0 ? found : ['A container or a security module may forbid it: run podlab outside of it.']),
    'Or run podlab as root: sudo ./podlab ...',
  ]
}

const switches = [
  {
    file: '/proc/sys/kernel/apparmor_restrict_unprivileged_userns',
    forbids: '1',
    remedy:
      'Ubuntu lets no ordinary user make namespaces. As root, type: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0',
  },
  {
    file: '/proc/sys/kernel/unprivileged_userns_clone',
    forbids: '0',
    remedy:
      'User namespaces are switched off for ordinary users. As root, type: sysctl -w kernel.unprivileged_userns_clone=1',
  },
  {
    file: '/proc/sys/user/max_user_namespaces',
    forbids: '0',
    remedy: 'This machine allows no user namespaces. As root, type: sysctl -w user.max_user_namespaces=15000',
  },
]

function readSwitch(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    return undefined
  }
}
