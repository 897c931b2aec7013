import type {Image, Root} from './image.ts'

/** An image of one's own, as a lab names it: a root file system on disk, and how its program is started. */
export type OwnImage = OwnStart & {
  readonly name: string
  /** A folder or a tar, absolute. */
  readonly root: string
}

/** How a container of an image is started, where its manifest does not say. */
export type OwnStart = {
  readonly entrypoint?: readonly string[] | undefined
  readonly arguments?: readonly string[] | undefined
  readonly environment?: Readonly<Record<string, string>> | undefined
  readonly workingDirectory?: string | undefined
}

/**
 * An image of one's own like one of the catalogue. What the lab says comes before what the image's own configuration says; an
 * entrypoint of the lab's drops the arguments of the image, as it does on a command line of docker's.
 */
export function imageOf(own: OwnImage, root: Root, configured: OwnStart = {}): Image {
  const workingDirectory = own.workingDirectory ?? configured.workingDirectory
  return {
    name: own.name,
    summary: `the root file system ${own.root}`,
    root,
    entrypoint: own.entrypoint ?? configured.entrypoint ?? [],
    arguments: own.arguments ?? (own.entrypoint ? [] : (configured.arguments ?? [])),
    environment: {...configured.environment, ...own.environment},
    ...(workingDirectory && {workingDirectory}),
  }
}
