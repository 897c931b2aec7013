/** podlab's exit codes; `exec` and `shell` give back their program's own. */
export const exitCode = {
  good: 0,
  /** A check failed, a step failed, an object is not there. */
  failed: 1,
  /** A mistake in the command line, in a lab file or in a manifest. */
  usage: 2,
  /** This machine lacks something: a program, a permission, a kernel feature. */
  machine: 3,
  interrupted: 130,
} as const
