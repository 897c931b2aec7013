/** A thread that says what it is asked to say by the name of the namespace, and forwards nothing. */
import {openSync} from 'node:fs'
import {parentPort} from 'node:worker_threads'
import type {Order, Report} from '../../../../src/node/overlay/udp/protocol.ts'

const say = (report: Report) => parentPort?.postMessage(report)

const answers: Readonly<Record<string, (number: number) => void>> = {
  good: number => say({type: 'started', number, descriptors: []}),
  refused: number => say({type: 'refused', number, message: 'bind: EADDRINUSE'}),
  dying: number => {
    say({type: 'started', number, descriptors: []})
    say({type: 'died', number, message: 'flannel0 is gone'})
  },
  breaking: () => {
    throw new Error('broken')
  },
}

parentPort?.on('message', (order: Order) => {
  switch (order.type) {
    case 'start':
      return answers[order.netns]?.(order.number)
    case 'stop':
      return say({type: 'stopped', number: order.number})
    case 'end':
      return parentPort?.close()
    case 'routes':
      return
  }
})
say({type: 'ready', wake: openSync('/dev/null', 'w')})
