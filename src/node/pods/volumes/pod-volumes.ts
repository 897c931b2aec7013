import type {Pod} from '../../../objects/pod.ts'
import {RuntimeError} from '../../runtime/runtime.ts'
import type {VolumeContent} from '../../runtime/volumes/volume.ts'
import {type KubeletContext, uidOf} from '../pod-table.ts'
import {volumeContents} from './contents.ts'
import {type FollowedObjects, followedObjects} from './followed-objects.ts'
import {referencesOf} from './references.ts'
import {type PodTokens, podTokens, tokenSources} from './tokens.ts'

/**
 * The volumes of a node's pods, and the ConfigMaps and Secrets that those name. A pod's are set up before anything of it is started; from then
 * on files follow what they were made from.
 */
export type PodVolumes = {
  readonly lookup: FollowedObjects['lookup']
  /** Sets a pod's volumes up, and knows what its variables name; answers why some cannot be had, in the kubelet's words. */
  setUp(pod: Pod): Promise<readonly string[]>
  /** Resolves when something that a pod names is another thing than before. */
  changed(uid: string, signal: AbortSignal): Promise<void>
  /** To be told of a pod that is not what it was: its files may tell of it. */
  podChanged(pod: Pod): void
  remove(pod: Pod): Promise<void>
}

export function podVolumes(context: KubeletContext): PodVolumes {
  const {client, runtime, signal, log, after} = context
  const now = () => Date.parse(context.now())
  const standing = new Map<string, {pod: Pod; readonly tokens: PodTokens}>()
  const waiting = new Map<string, () => void>()
  let isRefreshing = false

  const objects = followedObjects(client, {
    signal,
    changed: uid => {
      waiting.get(uid)?.()
      refresh(uid)
    },
  })

  const contentsOf = (pod: Pod, tokens: PodTokens) =>
    volumeContents({pod, lookup: objects.lookup, allocatable: context.allocatable(), token: tokens.token})

  /* What cannot be had any more stays as it was, as on a real node. */
  const refresh = (uid: string) => {
    const known = standing.get(uid)
    if (!known) return
    const {volumes, failures} = contentsOf(known.pod, known.tokens)
    const files = Object.fromEntries(Object.entries(volumes).filter(([, {kind}]) => kind === 'files'))
    const about = {pod: known.pod.metadata.name}
    if (failures.length > 0) log.warn({...about, failures}, 'volumes not brought up to date')
    void setUpWith(uid, files).then(why => {
      if (why.length > 0 && !signal.aborted) log.warn({...about, failures: why}, 'volumes not brought up to date')
    })
  }

  const setUpWith = async (uid: string, volumes: Readonly<Record<string, VolumeContent>>) => {
    if (Object.keys(volumes).length === 0) return []
    try {
      await runtime.setUpVolumes({uid, volumes})
      return []
    } catch (error) {
      if (error instanceof RuntimeError && error.kind === 'VolumeError') return [error.message]
      throw error
    }
  }

  const refreshTokens = async () => {
    while (!signal.aborted && standing.size > 0) {
      await after(tokensLookedAtEvery, signal)
      for (const [uid, {pod, tokens}] of standing) if (await tokens.refresh(pod)) refresh(uid)
    }
    isRefreshing = false
  }

  return {
    lookup: objects.lookup,
    setUp: async pod => {
      const uid = uidOf(pod)
      const references = referencesOf(pod)
      const {volumes: said = []} = pod.spec
      if (references.length === 0 && said.length === 0) return []
      await objects.follow(uid, references)
      const tokens = standing.get(uid)?.tokens ?? podTokens(client, now)
      const hasTokens = tokenSources(pod).length > 0
      if (hasTokens) await tokens.refresh(pod)
      const {volumes, failures} = contentsOf(pod, tokens)
      const all = [...failures, ...(await setUpWith(uid, volumes))]
      if (all.length > 0) return all
      standing.set(uid, {pod, tokens})
      if (!hasTokens || isRefreshing) return []
      isRefreshing = true
      void refreshTokens()
      return []
    },
    changed: (uid, until) =>
      new Promise(resolve => {
        const wake = () => {
          waiting.delete(uid)
          resolve()
        }
        waiting.set(uid, wake)
        until.addEventListener('abort', wake, {once: true})
      }),
    podChanged: pod => {
      const known = standing.get(uidOf(pod))
      if (!known || known.pod === pod) return
      const {labels, annotations} = known.pod.metadata
      known.pod = pod
      const same = labels === pod.metadata.labels && annotations === pod.metadata.annotations
      if (!same && tellsOfItself(pod)) refresh(uidOf(pod))
    },
    remove: async pod => {
      const uid = uidOf(pod)
      standing.delete(uid)
      objects.forget(uid)
      if (pod.spec.volumes?.length) await runtime.removeVolumes(uid)
    },
  }
}

/** How often a node looks whether a token is about to end, in ms. */
const tokensLookedAtEvery = 60_000

function tellsOfItself({spec: {volumes = []}}: Pod): boolean {
  return volumes.some(
    ({downwardAPI, projected}) => downwardAPI ?? projected?.sources?.some(source => source.downwardAPI),
  )
}
