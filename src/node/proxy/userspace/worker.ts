import {readFileSync} from 'node:fs'
import {type MessagePort, parentPort} from 'node:worker_threads'
import {ownNamespaces} from '../../../kernel/namespaces.ts'
import {netnsPath} from '../../../kernel/netns-path.ts'
import {createListeners, type Listeners} from './listeners.ts'
import type {Opened, Order, Question, Report} from './protocol.ts'
import {mostConnections, mostListeners, roomFor} from './room.ts'
import {createVerdicts} from './verdicts.ts'

/*
 * The thread in which all nodes' userspace proxies of a lab live. For each socket that it makes it goes into the node's network
 * namespace; from there it listens, and from there it calls the endpoints.
 */

if (parentPort) serve(parentPort)

function serve(port: MessagePort): void {
  const {syscalls, within} = ownNamespaces()
  const limits = readFileSync('/proc/self/limits', 'utf8')
  const room = roomFor(mostConnections(limits))
  const listening = roomFor(mostListeners(limits))
  const nodes = new Map<string, Listeners>()
  const say = (report: Report) => port.postMessage(report)
  const verdicts = createVerdicts(say)

  const listenersOf = (netns: string): Listeners => {
    const known = nodes.get(netns)
    if (known) return known
    const join = {net: netnsPath(netns)}
    const judge = verdicts.judgeOf(netns)
    const made = createListeners({within: act => within({join}, act), syscalls, room, listening, judge})
    nodes.set(netns, made)
    return made
  }

  const answer = (question: Question): readonly Opened[] => {
    switch (question.ask) {
      case 'open':
        return question.ports.map(one => listenersOf(question.netns).open(one, question.options))
      case 'close':
        for (const name of question.names) nodes.get(question.netns)?.close(name)
        return []
      case 'stop':
        nodes.get(question.netns)?.stop()
        nodes.delete(question.netns)
        verdicts.guard(question.netns, false)
        return []
      case 'guard':
        verdicts.guard(question.netns, question.guarded)
        return []
    }
  }

  port.on('message', (order: Order) => {
    const {number} = order
    if (order.type === 'verdict') return verdicts.hear(number, order.verdict)
    try {
      say({type: 'done', number, opened: answer(order.question)})
    } catch (error) {
      say({type: 'failed', number, message: error instanceof Error ? error.message : String(error)})
    }
  })
  say({type: 'ready'})
}
