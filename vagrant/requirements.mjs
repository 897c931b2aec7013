import {spawnSync} from 'node:child_process'

/** Ends the script with code 3, as podlab does, where it is not root. */
export function requireRoot(why) {
  if (process.getuid() !== 0) refuse(`this needs root: ${why}. Type: sudo ${process.argv.slice(0, 2).join(' ')}`)
}

/** Ends the script with code 3 and the command that brings them where programs are missing; each with its Debian package. */
export function requirePrograms(programs) {
  const missing = Object.entries(programs).filter(
    ([program]) => spawnSync('/bin/sh', ['-c', 'command -v "$1"', 'sh', program]).status !== 0,
  )
  if (missing.length === 0) return
  const packages = [...new Set(missing.map(([, name]) => name))]
  refuse(
    `${missing.map(([program]) => program).join(', ')} missing. As root, type: ` +
      `apt-get install --no-install-recommends ${packages.join(' ')}`,
  )
}

/** Likewise where no file fits a shell's pattern. */
export function requireFile(pattern, name) {
  const found = spawnSync('/bin/sh', ['-c', `ls ${pattern}`]).status === 0
  if (!found) refuse(`${pattern} is missing. As root, type: apt-get install --no-install-recommends ${name}`)
}

/** Ends the script with code 3. */
export function refuse(message) {
  process.stderr.write(`podlab: ${message}\n`)
  process.exit(3)
}
