import type {Image} from '../../images/image.ts'
import {findImage, imageNames} from '../../images/index.ts'
import type {Container} from '../../objects/container.ts'
import type {Pod} from '../../objects/pod.ts'
import type {ContainerSpec} from '../runtime/container.ts'
import {ContainerError} from './container-error.ts'
import {containerEnvironment, type EnvironmentSources, expand} from './environment.ts'
import {hostnameOf} from './files.ts'
import {idOf, uidOf} from './pod-table.ts'
import {unplayedOf} from './unplayed.ts'
import {mountsOf} from './volumes/mounts.ts'

/** What a container gets from its pod, its node and its lab. */
export type ContainerSurroundings = Omit<EnvironmentSources, 'pod'> & {
  readonly pausePid: number
  /** The process whose pid namespace it lives in, if it has none of its own. */
  readonly processesOf?: number
  readonly files: Readonly<Record<string, string>>
  /** The images that the lab has of its own. */
  readonly images: readonly Image[]
}

/** What to start for a container of a pod: image and manifest, joined as a container runtime joins them. */
export function containerSpec(
  pod: Pod,
  container: Container,
  {pausePid, processesOf, files, images, ...sources}: ContainerSurroundings,
): ContainerSpec {
  const image = findImage(container.image, images)
  if (!image && container.imagePullPolicy === 'Never')
    throw new ContainerError(
      `Container image "${container.image}" is not present with pull policy of Never`,
      'ErrImageNeverPull',
    )
  if (!image)
    throw new ContainerError(
      `image "${container.image}" is not in the catalogue; it has ${imageNames(images).join(', ')}`,
      'ErrImagePull',
    )
  const unplayed = unplayedOf(pod, container)
  if (unplayed) throw new ContainerError(unplayed, 'CreateContainerConfigError')
  const {entrypoint, arguments: imageArguments} = image
  const own = containerEnvironment(container, {pod, ...sources})
  const named = (words: readonly string[] | undefined) => words?.map(word => expand(word, own))
  const [program, ...rest] = [
    ...(named(container.command) ?? entrypoint),
    ...(named(container.args) ?? (container.command ? [] : imageArguments)),
  ]
  if (program === undefined) throw new ContainerError('no command specified', 'CreateContainerError')
  const hostname = hostnameOf(pod)
  const played = playedBy(image, [program, ...rest])
  return {
    id: idOf({uid: uidOf(pod), name: container.name}),
    pausePid,
    root: image.root,
    files: {...image.files, ...files},
    ...(container.volumeMounts?.length && {mounts: mountsOf(pod, container, own)}),
    argv: [program, ...rest],
    environment: {PATH: containerPath, HOSTNAME: hostname, HOME: '/root', ...image.environment, ...own},
    workingDirectory: container.workingDir ?? image.workingDirectory ?? '/',
    ...(processesOf !== undefined && {processesOf}),
    ...(container.stdin && {stdin: true}),
    ...(container.tty && {tty: true}),
    ...(played !== undefined && {played}),
    ...(image.needs && {packages: image.needs}),
  }
}

/* The program that plays a command: that whose words it begins with. */
function playedBy({played = {}}: Image, argv: readonly string[]): string | undefined {
  const begins = (words: readonly string[]) => words.every((word, index) => argv[index] === word)
  return Object.entries(played).find(([command]) => begins(command.split(' ')))?.[1]
}

const containerPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
