import {closeSync, openSync} from 'node:fs'

/**
 * Whether this process may make TUN devices, found out by opening the door to them: without udev it is root's alone, and containers
 * often have none. `PODLAB_NO_TUN` in the environment makes as if not.
 */
export function canOpenTun(environment: NodeJS.ProcessEnv): boolean {
  if (environment.PODLAB_NO_TUN) return false
  try {
    closeSync(openSync('/dev/net/tun', 'r+'))
    return true
  } catch {
    return false
  }
}
