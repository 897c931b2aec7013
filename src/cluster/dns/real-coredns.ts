import {accessSync, constants, realpathSync, statSync} from 'node:fs'
import {basename, dirname} from 'node:path'
import type {Lab} from '../../lab/lab.ts'
import {StartError} from '../start-error.ts'
import {realCoredns} from './objects.ts'

/**
 * A lab whose DNS is this machine's CoreDNS gets an image of its own: the folder in which the program lies, with the program as what is started. Throws
 * StartError when there is none on the PATH.
 */
export function withRealCoredns(lab: Lab, environment: NodeJS.ProcessEnv = process.env): Lab {
  if (lab.cluster.dns?.server !== 'coredns' || lab.images.some(({name}) => name === realCoredns)) return lab
  const program = findOnPath('coredns', environment.PATH ?? '')
  if (program === undefined)
    throw new StartError(
      "the lab wants the real CoreDNS (cluster.dns.server: coredns), and no program coredns is on the PATH; put one there (go install github.com/coredns/coredns@v1.12.1), or leave `server` out for podlab's own",
      'missing-tools',
    )
  const image = {name: realCoredns, root: dirname(program), entrypoint: [`/${basename(program)}`]}
  return {...lab, images: [...lab.images, image]}
}

function findOnPath(name: string, path: string): string | undefined {
  const found = path.split(':').find(folder => folder !== '' && mayRun(`${folder}/${name}`))
  return found === undefined ? undefined : realpathSync(`${found}/${name}`)
}

function mayRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
