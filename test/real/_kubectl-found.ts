import {spawnSync} from 'node:child_process'
import {existsSync, readdirSync, realpathSync} from 'node:fs'
import {basename, dirname, join} from 'node:path'

/** A kubectl of this machine: `v1.32.4`, of which the minor number is 32. */
export type Kubectl = {readonly path: string; readonly version: string; readonly minor: number}

/**
 * Every kubectl on the PATH and beside one there (`kubectl.1.27`), one of each minor version, the oldest first. Some installations
 * have a dispatcher that runs the one of the server's version: it counts as what it is.
 */
export function kubectlsFound(path = process.env.PATH ?? ''): readonly Kubectl[] {
  const onPath = path.split(':').map(folder => join(folder || '.', 'kubectl'))
  const real = onPath.filter(file => existsSync(file)).map(file => realpathSync(file))
  const beside = real.flatMap(file =>
    readdirSync(dirname(file))
      .filter(name => /^kubectl\.\d+\.\d+$/.test(name))
      .map(name => join(dirname(file), name)),
  )
  const found = [...new Set([...real, ...beside])].filter(file => /^kubectl/.test(basename(file))).flatMap(versionOf)
  const byMinor = new Map(found.toReversed().map(kubectl => [kubectl.minor, kubectl]))
  return [...byMinor.values()].sort((one, other) => one.minor - other.minor)
}

function versionOf(path: string): readonly Kubectl[] {
  const {stdout, status} = spawnSync(path, ['version', '--client', '-o', 'json'], {encoding: 'utf8'})
  const version = /"gitVersion": "(v1\.(\d+)[^"]*)"/.exec(stdout ?? '')
  return status === 0 && version ? [{path, version: String(version[1]), minor: Number(version[2])}] : []
}
