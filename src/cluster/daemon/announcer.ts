import type {Logger} from 'pino'
import {changes} from '../../kernel/diff.ts'
import type {Kernel} from '../../kernel/kernel.ts'
import {emptyNetns} from '../../kernel/state.ts'
import type {Lab} from '../../lab/lab.ts'
import type {Cidr} from '../../net/cidr.ts'
import type {Ip} from '../../net/ip.ts'
import {coalesce} from '../../node/coalesce.ts'
import {type Milestones, milestones} from '../../node/milestones.ts'
import type {KindName} from '../../objects/kinds.ts'
import type {Store} from '../../store/store.ts'
import {announcedRoutes, announcements} from '../announcements.ts'
import {after} from '../clock.ts'
import {switchName, underlayNetns} from '../underlay.ts'

/** Leads packets for the addresses of load balancers to the nodes: what a cloud's network does, or MetalLB on one's own machines. */
export type Announcer = {
  /** Resolves once the router knows what the API knew at a revision. */
  caughtUp: Milestones['reached']
}

const concerned: readonly KindName[] = ['Service', 'EndpointSlice', 'Node']

/** Keeps the routes of the machines' router until the signal. */
export function startAnnouncer({
  pools,
  lab,
  store,
  kernel,
  signal,
  log,
}: {
  readonly pools: readonly Cidr[]
  readonly lab: Lab
  readonly store: Store
  readonly kernel: Kernel
  readonly signal: AbortSignal
  readonly log: Logger
}): Announcer {
  const done = milestones()
  let before: ReadonlyMap<Ip, string> = new Map()
  let present = emptyNetns
  const work = coalesce(announce, error => {
    if (signal.aborted) return
    log.error({err: error}, 'the addresses of load balancers are not announced')
    void after(retryAfter, signal).then(() => work.trigger())
  })
  void follow()
  return {caughtUp: done.reached}

  async function announce(): Promise<void> {
    const [services, slices, nodes] = [store.list('Service'), store.list('EndpointSlice'), store.list('Node')]
    const next = announcements({services, slices, nodes}, {pools, before})
    const wanted = {...emptyNetns, routes: announcedRoutes(next, {nodes: lab.nodes, link: switchName})}
    const ops = changes(present, wanted)
    if (ops.length > 0) await kernel.apply(underlayNetns, ops)
    before = next
    present = wanted
  }

  async function follow(): Promise<void> {
    let since = 0
    while (!signal.aborted) {
      const seen = since
      since = await store.changed(seen, signal).catch(() => seen)
      if (signal.aborted) return
      if (seen === 0 || store.changes(seen).some(({object}) => concerned.includes(object.kind))) work.trigger()
      const reached = since
      void work.idle().then(() => done.reach(reached))
    }
  }
}

/** How long after a failure it is tried again, in ms. */
const retryAfter = 5000
