/** A thread that answers each question with what the main thread says of a call; `close` breaks it before it hears that. */
import {parentPort} from 'node:worker_threads'
import type {Order, Report} from '../../../../src/node/proxy/userspace/protocol.ts'

const say = (report: Report) => parentPort?.postMessage(report)
const call = {client: '172.17.12.2', endpoint: '172.17.13.2:80', protocol: 'tcp'} as const

parentPort?.on('message', (order: Order) => {
  const {number} = order
  if (order.type === 'verdict') return say({type: 'done', number, opened: [{name: order.verdict, refused: []}]})
  say({type: 'call', number, netns: order.question.netns, call})
  if (order.question.ask === 'close') throw new Error('broken by a test')
})
say({type: 'ready'})
