import {type MessagePort, parentPort, receiveMessageOnPort} from 'node:worker_threads'
import {ownNamespaces} from '../../../kernel/namespaces.ts'
import {loadPacketIo} from '../../../kernel/packet-io.ts'
import {type Forwarding, openForwarding} from './forwarding.ts'
import {pollTable} from './poll-table.ts'
import type {Order, Report} from './protocol.ts'

/*
 * The thread that forwards packets for all nodes of a lab. It sleeps in one poll over all descriptors and never returns to node's
 * event loop: an order is posted, and an eventfd wakes it to look.
 */

if (parentPort) serve(parentPort)

function serve(port: MessagePort): void {
  const io = loadPacketIo()
  const tools = {io, namespaces: ownNamespaces()}
  const wake = io.eventfd()
  const wakeCount = io.memory(8)
  const forwardings = new Map<number, Forwarding>()
  const polled = pollTable(io)
  const say = (report: Report) => port.postMessage(report)

  const act = (order: Exclude<Order, {type: 'end'}>) => {
    const {number} = order
    switch (order.type) {
      case 'start': {
        const forwarding = openForwarding(tools, order.netns, order.forwarder)
        forwardings.set(number, forwarding)
        return say({type: 'started', number, descriptors: forwarding.unguarded})
      }
      case 'routes':
        return forwardings.get(number)?.setRoutes(order.routes)
      case 'stop':
        drop(number)
        return say({type: 'stopped', number})
    }
  }

  const drop = (number: number) => {
    forwardings.get(number)?.close()
    forwardings.delete(number)
  }

  /* Answers whether there is more to come. */
  const obey = (): boolean => {
    io.read(wake, wakeCount, 8)
    for (let received = receiveMessageOnPort(port); received; received = receiveMessageOnPort(port)) {
      const order: Order = received.message
      if (order.type === 'end') return false
      try {
        act(order)
      } catch (error) {
        say({type: 'refused', number: order.number, message: String(error)})
      }
    }
    polled.set([wake, ...[...forwardings.values()].flatMap(({wire, socket}) => [wire, socket])])
    return true
  }

  const forward = (number: number, {fromWire, fromSocket}: Forwarding, place: number) => {
    try {
      if (polled.isReady(place)) fromWire()
      if (polled.isReady(place + 1)) fromSocket()
    } catch (error) {
      drop(number)
      say({type: 'died', number, message: error instanceof Error ? error.message : String(error)})
      return false
    }
    return true
  }

  say({type: 'ready', wake})
  polled.set([wake])
  for (;;) {
    polled.wait()
    let place = 1
    let isWhole = true
    for (const [number, forwarding] of forwardings) {
      if (!forward(number, forwarding, place)) isWhole = false
      place += 2
    }
    if ((polled.isReady(0) || !isWhole) && !obey()) break
  }
  for (const number of [...forwardings.keys()]) drop(number)
}
