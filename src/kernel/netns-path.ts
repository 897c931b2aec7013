import {KernelError} from './kernel.ts'

/** The file that holds a named network namespace. */
export function netnsPath(netns: string): string {
  if (!/^[a-z0-9][\w.-]{0,254}$/i.test(netns)) {
    const message = `${JSON.stringify(netns)} cannot name a network namespace; expected letters, digits, dots and dashes`
    throw new KernelError(message, {code: 'no-such-netns', netns})
  }
  return `/run/netns/${netns}`
}
