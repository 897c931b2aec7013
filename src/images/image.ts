/** A catalogue entry: an image name mapped to a program on this machine that behaves like it. */
export type Image = {
  /** Every name by which manifests call it, without tag: `luksa/kubia`, `docker.io/luksa/kubia` is the same. */
  readonly names: readonly string[]
  /** One sentence: what the program does. */
  readonly summary: string
  /** `busybox`: a small tree around busybox alone; `host`: this machine's programs and libraries, read-only; `empty`: nothing but what podlab puts there. */
  readonly root: 'busybox' | 'host' | 'empty'
  readonly entrypoint: readonly string[]
  readonly command: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly workingDirectory?: string
  /** Files of its own, by absolute path; those under a `bin` folder are executable. */
  readonly files?: Readonly<Record<string, string>>
  /** Programs of this machine that it needs, with the package that brings them. */
  readonly needs?: Readonly<Record<string, string>>
  /** Ports it listens on, for the reader. */
  readonly ports?: readonly number[]
}
