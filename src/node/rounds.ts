import type {Logger} from 'pino'
import type {PolicyLoop} from './policy-loop.ts'
import type {ProxyLoop} from './proxy-loop.ts'
import type {Concern} from './world.ts'

export type RoundsContext = {
  readonly proxy: Pick<ProxyLoop, 'isFlushed' | 'hasLeavers' | 'lookAtAll'>
  readonly policies: Pick<PolicyLoop, 'isDisturbed'>
  /** How often kube-proxy looks after its rules now, in ms. */
  readonly syncPeriod: () => number
  readonly lookAt: (concerns: Iterable<Concern>) => void
  readonly after: (milliseconds: number, signal: AbortSignal) => Promise<void>
  readonly signal: AbortSignal
  readonly log: Logger
}

/** What nobody tells an agent of, and it has to look for now and then: until the signal. */
export function goRounds(context: RoundsContext): void {
  void guardRules(context)
  void letGoOfServers(context)
  void syncInFull(context)
}

async function guardRules({proxy, policies, syncPeriod, lookAt, after, signal, log}: RoundsContext): Promise<void> {
  while (!signal.aborted) {
    await after(syncPeriod(), signal)
    if (signal.aborted) return
    try {
      if (await proxy.isFlushed()) lookAt(['rules'])
      if (await policies.isDisturbed()) lookAt(['policies'])
    } catch (error) {
      log.error({err: error}, 'rules not looked at')
    }
  }
}

/* In ipvs mode connections to endpoints that have gone may end in their own time. */
async function letGoOfServers({proxy, lookAt, after, signal}: RoundsContext): Promise<void> {
  while (!signal.aborted) {
    await after(leaversCheckEvery, signal)
    if (signal.aborted) return
    if (proxy.hasLeavers()) lookAt(['rules'])
  }
}

/** How often kube-proxy looks whether endpoints that leave have lost their last connection, in ms. */
const leaversCheckEvery = 60_000

/* What a hand has changed and no change of a Service has met is mended by then. */
async function syncInFull({proxy, lookAt, after, signal}: RoundsContext): Promise<void> {
  while (!signal.aborted) {
    await after(fullSyncPeriod, signal)
    if (signal.aborted) return
    proxy.lookAtAll()
    lookAt(['rules'])
  }
}

/** How often kube-proxy syncs in full whatever happens, in ms: the real one's FullSyncPeriod. */
const fullSyncPeriod = 3_600_000
