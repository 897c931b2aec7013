import {accessSync, constants} from 'node:fs'
import {systemPath} from '../kernel/system-path.ts'

/** The programs without which no lab starts, each with the Debian package that brings it. */
const tools: Readonly<Record<string, string>> = {
  flock: 'util-linux',
  nsenter: 'util-linux',
  unshare: 'util-linux',
  ip: 'iproute2',
  bridge: 'iproute2',
  sysctl: 'procps',
  'iptables-save': 'iptables',
  'iptables-restore': 'iptables',
}

/** Says which of these programs are missing, and what to type; undefined when all are there. */
export function explainMissingTools(isProgram: (path: string) => boolean = mayRun): string | undefined {
  const folders = systemPath.split(':')
  const missing = Object.keys(tools).filter(tool => !folders.some(folder => isProgram(`${folder}/${tool}`)))
  if (missing.length === 0) return undefined
  const packages = [...new Set(missing.map(tool => tools[tool]))]
  const are = missing.length === 1 ? 'is' : 'are'
  return `${missing.join(', ')} ${are} missing. As root, type: apt-get install ${packages.join(' ')}`
}

function mayRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
