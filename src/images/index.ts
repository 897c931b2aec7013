import {agnhost} from './agnhost.ts'
import {alpine} from './alpine.ts'
import {busybox} from './busybox.ts'
import {busyboxplus} from './busyboxplus.ts'
import {coredns} from './coredns.ts'
import {curl} from './curl.ts'
import {echoServer} from './echo-server.ts'
import {httpd} from './httpd.ts'
import type {Image} from './image.ts'
import {kubia} from './kubia.ts'
import {netshoot} from './netshoot.ts'
import {nginx} from './nginx.ts'
import {pause} from './pause.ts'
import {redis} from './redis.ts'
import {serveHostnameImage} from './serve-hostname.ts'

/** Every image that podlab knows. To add one: a file beside this one, and a line here. */
export const images = [
  agnhost,
  alpine,
  busybox,
  busyboxplus,
  coredns,
  curl,
  echoServer,
  httpd,
  kubia,
  netshoot,
  nginx,
  pause,
  redis,
  serveHostnameImage,
] as const satisfies readonly Image[]

const byName: ReadonlyMap<string, Image> = new Map(
  images.flatMap((image: Image) => [image.name, ...(image.aliases ?? [])].map(name => [name, image])),
)

/** What has the name of an image. */
type Named = {readonly name: string}

/**
 * The image of a reference like `docker.io/luksa/kubia:v2` or `busybox@sha256:...`; tags make no difference here. A lab's own images
 * come after those of the catalogue.
 */
export function findImage<T extends Named = never>(reference: string, own: readonly T[] = []): Image | T | undefined {
  const repository = repositoryOf(reference)
  return byName.get(repository) ?? own.find(({name}) => repositoryOf(name) === repository)
}

/** The names of all images, sorted: what an error about an unknown one lists. */
export function imageNames(own: readonly Named[] = []): readonly string[] {
  return [...images, ...own].map(image => image.name).sort()
}

/** Whether two references mean the same image. */
export function isSameImage(one: string, other: string): boolean {
  return repositoryOf(one) === repositoryOf(other)
}

function repositoryOf(reference: string): string {
  return reference
    .replace(/@.*$/, '')
    .replace(/:[^/:]*$/, '')
    .replace(/^(index\.)?docker\.io\//, '')
    .replace(/^library\//, '')
}
