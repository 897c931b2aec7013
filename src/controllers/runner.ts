import {setImmediate} from 'node:timers/promises'
import type {Logger} from 'pino'
import type {KubeObjectAny} from '../objects/kinds.ts'
import {withAccount} from '../store/account-admission.ts'
import {type Followed, follow} from '../store/follow.ts'
import {deleteObject, updateObject} from '../store/registry.ts'
import type {Store} from '../store/store.ts'
import {StoreError} from '../store/store-error.ts'
import type {View} from '../store/view.ts'
import type {Controller, Key, Write} from './controller.ts'

export type RunnerOptions = {
  readonly store: Store
  readonly controllers: readonly Controller[]
  readonly signal: AbortSignal
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Numbers from 0 up to 1. */
  readonly random: () => number
  readonly log?: Pick<Logger, 'info' | 'error'>
  /** Calls back once after so many milliseconds, unless what it gives back is called before. */
  readonly timer?: (callback: () => void, delay: number) => () => void
  /** How long a controller that gathers lets changes come together, in ms; by default it answers each at once. */
  readonly gathering?: number
  /** Does what a controller has decided, in the controller's name. */
  readonly as?: <T>(name: string, act: () => T) => T
}

export type Running = {
  /** Resolves when nothing is left to do; rejects with the first bug that a controller has shown. */
  idle(): Promise<void>
  /** Resolves when the signal has stopped the controllers. */
  readonly stopped: Promise<void>
}

/** Keys of one controller to look at, each once however often it was named. */
type Task = {readonly controller: Controller; readonly key: Key; readonly attempt: number}

/** How often a write is tried again when somebody else was faster. In one process nobody should be. */
const attempts = 10

/** A controller that gathers rests so many times as long as it has worked. */
const restFor = 4

/** After so many tasks the rest of the process gets its turn. */
const tasksInARow = 50

/** Runs the controllers on a store until the signal. */
export function runControllers(options: RunnerOptions): Running {
  const loop = new Loop(options)
  return {idle: () => loop.idle(), stopped: loop.run()}
}

class Loop {
  readonly #options: RunnerOptions
  readonly #followed: Followed
  readonly #queue = new Map<string, Task>()
  readonly #waiting = new Set<PromiseWithResolvers<void>>()
  readonly #timers = new Map<string, () => void>()
  /** Keys that were written for a moment ago, and the task that has come up since. */
  readonly #resting = new Map<string, {readonly cancel: () => void; task?: Task}>()
  /** Resolves when a timer has named a key. */
  #rung = Promise.withResolvers<void>()
  readonly #since: number
  #failure: unknown

  constructor(options: RunnerOptions) {
    this.#options = options
    this.#since = options.now()
    this.#followed = follow(options.store)
  }

  async run(): Promise<void> {
    const {store, signal} = this.#options
    while (!signal.aborted) {
      await this.#drain()
      if (!this.#caughtUp) continue
      if (this.#settled) this.#tellWaiting()
      await this.#rest(store.changed(this.#followed.revision, signal))
    }
    for (const cancel of this.#timers.values()) cancel()
    for (const {cancel} of this.#resting.values()) cancel()
    for (const {reject} of this.#waiting) reject(signal.reason)
  }

  idle(): Promise<void> {
    const {signal} = this.#options
    if (signal.aborted) return Promise.reject(signal.reason)
    const waiter = Promise.withResolvers<void>()
    this.#waiting.add(waiter)
    if (this.#settled) this.#tellWaiting()
    return waiter.promise
  }

  /** Until something changes or somebody's time has come. */
  async #rest(changed: Promise<unknown>): Promise<void> {
    await Promise.race([changed, this.#rung.promise]).catch(error => {
      if (!this.#options.signal.aborted) throw error
    })
    this.#rung = Promise.withResolvers<void>()
  }

  /** A map can be gone through while it grows: a key that is named again comes to its end. */
  async #drain(): Promise<void> {
    this.#absorb()
    let done = 0
    for (const [id, task] of this.#queue) {
      if (this.#options.signal.aborted) return
      this.#work(id, task)
      if (++done % tasksInARow === 0) await setImmediate()
    }
  }

  #absorb(): void {
    for (const change of this.#followed.catchUp())
      for (const controller of this.#options.controllers)
        if (controller.watches.includes(change.object.kind))
          for (const key of controller.keysOf(change, this.#followed.view)) this.#add({controller, key, attempt: 1})
  }

  #add(task: Task): void {
    const id = `${task.controller.name} ${task.key.kind}/${task.key.namespace ?? ''}/${task.key.name}`
    const resting = this.#resting.get(id)
    if (resting) resting.task ??= task
    else if (!this.#queue.has(id)) this.#queue.set(id, task)
  }

  #work(id: string, task: Task): void {
    const {now, random, as} = this.#options
    this.#queue.delete(id)
    const began = performance.now()
    try {
      const writes = task.controller.reconcile(task.key, this.#followed.view, {now: now(), random, since: this.#since})
      const act = () => perform(task, this.#options, writes, this.#followed.view)
      if (as) as(task.controller.name, act)
      else act()
      if (writes.length > 0) this.#letRest(id, task, performance.now() - began)
      this.#absorb()
      if (!this.#queue.has(id)) this.#setTimer(id, task)
    } catch (error) {
      if (error instanceof StoreError && task.attempt < attempts) this.#add({...task, attempt: task.attempt + 1})
      else this.#fail(task, error)
    }
    this.#absorb()
  }

  /** The longer it takes, the longer it rests: changes without end leave the others most of the time. */
  #letRest(id: string, {controller}: Task, took: number): void {
    const {gathering = 0, timer = realTimer} = this.#options
    if (!controller.gathers || gathering === 0) return
    const ring = () => {
      const task = this.#resting.get(id)?.task
      this.#resting.delete(id)
      if (task === undefined) return
      this.#add(task)
      this.#rung.resolve()
    }
    this.#resting.set(id, {cancel: timer(ring, Math.max(gathering, restFor * took))})
  }

  #setTimer(id: string, {controller, key}: Task): void {
    this.#timers.get(id)?.()
    this.#timers.delete(id)
    const {now, timer = realTimer} = this.#options
    const due = controller.due?.(key, this.#followed.view, now(), this.#since)
    if (due === undefined) return
    const ring = () => {
      this.#timers.delete(id)
      this.#add({controller, key, attempt: 1})
      this.#rung.resolve()
    }
    this.#timers.set(id, timer(ring, Math.max(0, due - now())))
  }

  /** A bug in one controller must not stop the others: the key is looked at again when something changes. */
  #fail({controller, key}: Task, error: unknown): void {
    this.#failure ??= error
    this.#options.log?.error({controller: controller.name, key, err: error}, 'controller failed')
  }

  /** Nothing can be done now. */
  get #caughtUp(): boolean {
    return this.#queue.size === 0 && this.#followed.revision === this.#options.store.revision
  }

  /** Nothing is left to do, not even by a key that rests. */
  get #settled(): boolean {
    return this.#caughtUp && !this.#resting.values().some(({task}) => task !== undefined)
  }

  #tellWaiting(): void {
    for (const {resolve, reject} of this.#waiting) {
      if (this.#failure === undefined) resolve()
      else reject(this.#failure)
    }
    this.#waiting.clear()
  }
}

/** Further ahead than Node can wait, it calls too early; then the key is looked at in vain. */
function realTimer(callback: () => void, delay: number): () => void {
  const timeout = setTimeout(callback, Math.min(delay, 2 ** 31 - 1))
  return () => clearTimeout(timeout)
}

function perform(
  {controller}: Task,
  {store, now, random, log}: RunnerOptions,
  writes: readonly Write[],
  view: View,
): void {
  if (writes.length > 0) log?.info({controller: controller.name, writes: writes.map(wordsOf)}, 'write')
  for (const write of writes) {
    switch (write.do) {
      case 'create':
        if (hasPlace(store, write.object)) store.create(withAccount(write.object, {view, random}))
        break
      case 'update':
        updateObject(store, write.object)
        break
      case 'delete':
        deleteObject(store, write.object, {now: now(), ...(write.propagation && {propagation: write.propagation})})
        break
      case 'remove':
        store.delete(write.object.kind, write.object.metadata, {uid: write.object.metadata.uid})
        break
    }
  }
}

/* `create Pod default/kubia-7rt2n`. */
function wordsOf({do: verb, object: {kind, metadata}}: Write): string {
  return `${verb} ${kind} ${metadata.namespace === undefined ? '' : `${metadata.namespace}/`}${metadata.name}`
}

/** Nothing new comes into a namespace that is gone or going, and whoever brings it has no need to know. */
function hasPlace(store: Store, {metadata: {namespace}}: KubeObjectAny): boolean {
  if (namespace === undefined) return true
  const place = store.get('Namespace', {name: namespace})
  return place !== undefined && place.metadata.deletionTimestamp === undefined
}
