import type {ExecutionContext} from 'ava'
import type {AgentClient} from '../../../src/node/client.ts'
import type {KubeObjectAny} from '../../../src/objects/kinds.ts'

/** An API with a client of it, and the means to change what it holds. */
export type ClientWorld = {
  readonly client: AgentClient
  create(object: KubeObjectAny): Promise<KubeObjectAny>
  /** Takes an object out at once. */
  remove(object: KubeObjectAny): Promise<void>
  get(object: KubeObjectAny): Promise<KubeObjectAny | undefined>
}

/** What a transport keeps to, by its title. */
export type ClientContract = Readonly<Record<string, (t: ExecutionContext, world: ClientWorld) => Promise<void>>>
