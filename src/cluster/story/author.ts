import type {Deed} from '../chronicle.ts'

/** A node that joined by the API alone asks as everybody does; what it does is a node's work all the same. */
export function withAuthor(deed: Deed): Deed {
  const {by} = deed
  const [, node] = (by.is === 'request' && /^system:node:(.+)$/.exec(by.request.user?.name ?? '')) || []
  return node === undefined ? deed : {...deed, by: {is: 'kubelet', node}}
}
