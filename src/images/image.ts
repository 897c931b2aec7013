/**
 * What a container's root shows below its private writable layer. `busybox`: a small tree around busybox alone. `host`: this machine's
 * programs and libraries. Else a folder that holds the tree of an image of one's own.
 */
export type Root = 'busybox' | 'host' | {readonly folder: string}

/** A catalogue entry: an image name mapped to a program on this machine that behaves like it. Shapes only; no code runs here. */
export type Image = {
  /** The name by which manifests call it, without registry `docker.io` and without tag: `luksa/kubia`. */
  readonly name: string
  /** Other names of the same image. */
  readonly aliases?: readonly string[]
  /** One sentence: what the program does. */
  readonly summary: string
  readonly root: Root
  /** Program and first arguments; a manifest's `command` replaces it. */
  readonly entrypoint: readonly string[]
  /** Further arguments; a manifest's `args` replaces them, a manifest's `command` drops them. */
  readonly arguments: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly workingDirectory?: string
  /** Files of its own, by absolute path; those that begin with #! can be run. */
  readonly files?: Readonly<Record<string, string>>
  /**
   * Programs that podlab plays itself, by the first words of their command (`nginx`, `/agnhost netexec`): which program of
   * `node/programs` plays them.
   */
  readonly played?: Readonly<Record<string, string>>
  /** Programs of this machine that it needs, each with the Debian package that brings it. */
  readonly needs?: Readonly<Record<string, string>>
}
