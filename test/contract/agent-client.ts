import {events} from './agent-client/events.ts'
import {nodes} from './agent-client/nodes.ts'
import {pods} from './agent-client/pods.ts'
import {tokens} from './agent-client/tokens.ts'
import {watches} from './agent-client/watches.ts'
import type {ClientContract} from './agent-client/world.ts'

/** What every transport between an agent and the API keeps to. */
export const agentClientContract: ClientContract = {...watches, ...pods, ...tokens, ...events, ...nodes}
