import {parseTarget, type TargetForm} from '../lab/targets.ts'
import {netnsOf} from '../node/pods/pod-life.ts'
import type {Pod} from '../objects/pod.ts'
import {isReady, podWord} from '../objects/pod-status.ts'
import {ask} from './control.ts'
import {findInside} from './lab-client.ts'
import {networkOwners, outerIds} from './network-owners.ts'
import type {RunningLab} from './running-labs.ts'

/** A target that has no network, or not yet; the message says what has. */
export class NoNetworkError extends Error {
  override readonly name = 'NoNetworkError'
}

/**
 * The process that owns a target's network namespace, with its id on this side of the sandbox. A node's is found while the
 * daemon hangs too; a pod's also while none of its containers runs.
 */
export async function findNetworkOwner(running: RunningLab, target: string): Promise<number> {
  const form = parseTarget(target)
  switch (form.kind) {
    case 'node':
      return nodeOwner(running, form.name)
    case 'client': {
      const {pid} = await findInside(running, target)
      return outerIds(running.state.pid).get(pid) ?? refuse(`${target} has just ended`)
    }
    case 'pod':
    case 'pods':
      return podOwner(running, form)
  }
}

/* A client's namespace looks like a node's; which it is only the daemon knows. While that hangs, any is taken. */
async function nodeOwner({session, state}: RunningLab, name: string): Promise<number> {
  const owners = networkOwners(state.pid)
  const lab = await ask(session.socket, 'lab', {}, AbortSignal.timeout(1000)).catch(() => undefined)
  const nodes = [...owners.keys()].filter(
    netns =>
      lab?.nodes.some(node => node.name === netns) ?? (owners.get(netns) !== state.pid && !/^(pod-|lab\.)/.test(netns)),
  )
  return nodes.includes(name)
    ? (owners.get(name) ?? 0)
    : refuse(`there is no node ${name}; the nodes are ${nodes.join(', ')}`)
}

async function podOwner(
  {session, state}: RunningLab,
  form: Extract<TargetForm, {kind: 'pod' | 'pods'}>,
): Promise<number> {
  const question = {kind: 'Pod', namespace: form.namespace, ...(form.kind === 'pods' && {selector: form.selector})}
  const all = (await ask(session.socket, 'list', question, AbortSignal.timeout(answerWithin))) as readonly Pod[]
  const meant = form.kind === 'pods' ? all : all.filter(({metadata}) => metadata.name === form.name)
  const pod = meant.find(isReady) ?? meant[0]
  if (!pod) return refuse(noSuchPod(form, all))
  const owner = networkOwners(state.pid).get(pod.spec.hostNetwork ? (pod.spec.nodeName ?? '') : netnsOf(pod))
  return owner ?? refuse(`pod ${pod.metadata.name} has no network of its own: it is ${podWord(pod)}`)
}

/* How long the daemon may take for a list, in ms; it takes one. */
const answerWithin = 5000

function noSuchPod(form: Extract<TargetForm, {kind: 'pod' | 'pods'}>, all: readonly Pod[]): string {
  if (form.kind === 'pods') return `there is no pod with ${form.selector}`
  return `there is no pod ${form.name}; there are ${all.map(({metadata}) => metadata.name).join(', ') || 'none'}`
}

function refuse(message: string): never {
  throw new NoNetworkError(message)
}
