import type {Image} from '../../images/image.ts'
import {findImage, imageNames} from '../../images/index.ts'
import type {Container} from '../../objects/container.ts'
import type {Pod} from '../../objects/pod.ts'
import type {ContainerSpec} from '../runtime/container.ts'
import {expand, ownEnvironment, type PodAddresses} from './environment.ts'
import {hostnameOf} from './files.ts'
import {idOf, uidOf} from './pod-table.ts'
import {unplayedOf} from './unplayed.ts'

/** A container that cannot be made from its manifest; `reason` is what Kubernetes calls it. */
export class ContainerError extends Error {
  override readonly name = 'ContainerError'
  readonly reason: 'ErrImagePull' | 'ErrImageNeverPull' | 'CreateContainerError' | 'CreateContainerConfigError'

  constructor(message: string, reason: ContainerError['reason']) {
    super(message)
    this.reason = reason
  }
}

/** What a container gets from its pod and its lab. */
export type ContainerSurroundings = {
  readonly pausePid: number
  /** The process whose pid namespace it lives in, if it has none of its own. */
  readonly processesOf?: number
  readonly files: Readonly<Record<string, string>>
  /** The images that the lab has of its own. */
  readonly images: readonly Image[]
  /** The pod's, and its node's. */
  readonly addresses: PodAddresses
}

/** What to start for a container of a pod: image and manifest, joined as a container runtime joins them. */
export function containerSpec(
  pod: Pod,
  container: Container,
  {pausePid, processesOf, files, images, addresses}: ContainerSurroundings,
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
  const own = ownEnvironment(container.env ?? [], pod, addresses)
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
