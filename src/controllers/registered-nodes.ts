import type {Controller} from './controller.ts'
import {keyOf} from './controller.ts'
import {eventsFor} from './events.ts'

/** Tells of each node that is new to the controllers; its uid in events is its name. */
export const registeredNodes: Controller = {
  name: 'registered-nodes',
  watches: ['Node'],
  keysOf: ({type, object}) => (type === 'ADDED' ? [keyOf(object)] : []),
  reconcile: (key, view, context) => {
    const node = view.get('Node', key)
    if (node === undefined) return []
    const {name} = node.metadata
    if (view.find('eventsByObject', name).some(event => event.reason === reason)) return []
    const subject = {...node, metadata: {...node.metadata, uid: name}}
    const message = `Node ${name} event: Registered Node ${name} in Controller`
    return eventsFor(subject, [{type: 'Normal', reason, message, component: 'node-controller'}], view, context)
  },
}

const reason = 'RegisteredNode'
