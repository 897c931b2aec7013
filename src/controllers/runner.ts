import {setImmediate} from 'node:timers/promises'
import type {Logger} from 'pino'
import {follow} from '../store/follow.ts'
import {deleteObject, refOf} from '../store/registry.ts'
import type {Store} from '../store/store.ts'
import {StoreError} from '../store/store-error.ts'
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

/** After so many tasks the rest of the process gets its turn. */
const tasksInARow = 50

/** Runs the controllers on a store until the signal. */
export function runControllers(options: RunnerOptions): Running {
  const {store, signal} = options
  const followed = follow(store)
  const queue = new Map<string, Task>()
  const waiting = new Set<PromiseWithResolvers<void>>()
  let failure: unknown

  const settled = () => queue.size === 0 && followed.revision === store.revision

  function absorb(): void {
    for (const change of followed.catchUp())
      for (const controller of options.controllers)
        if (controller.watches.includes(change.object.kind))
          for (const key of controller.keysOf(change, followed.view)) add({controller, key, attempt: 1})
  }

  function add(task: Task): void {
    const id = `${task.controller.name} ${task.key.kind}/${task.key.namespace ?? ''}/${task.key.name}`
    if (!queue.has(id)) queue.set(id, task)
  }

  function work(id: string, task: Task): void {
    queue.delete(id)
    try {
      perform(
        task,
        options,
        task.controller.reconcile(task.key, followed.view, {now: options.now(), random: options.random}),
      )
    } catch (error) {
      if (error instanceof StoreError && task.attempt < attempts) add({...task, attempt: task.attempt + 1})
      else fail(task, error)
    }
    absorb()
  }

  /** A bug in one controller must not stop the others: the key is looked at again when something changes. */
  function fail({controller, key}: Task, error: unknown): void {
    failure ??= error
    options.log?.error({controller: controller.name, key, err: error}, 'controller failed')
  }

  /** A map can be gone through while it grows: a key that is named again comes to its end. */
  async function drain(): Promise<void> {
    absorb()
    let done = 0
    for (const [id, task] of queue) {
      if (signal.aborted) return
      work(id, task)
      if (++done % tasksInARow === 0) await setImmediate()
    }
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      await drain()
      if (!settled()) continue
      for (const {resolve, reject} of waiting) failure === undefined ? resolve() : reject(failure)
      waiting.clear()
      await store.changed(followed.revision, signal).catch(ignoreAbort)
    }
    for (const {reject} of waiting) reject(signal.reason)
  }

  function ignoreAbort(error: unknown): void {
    if (!signal.aborted) throw error
  }

  return {
    idle: () => {
      if (signal.aborted) return Promise.reject(signal.reason)
      if (settled()) return failure === undefined ? Promise.resolve() : Promise.reject(failure)
      const waiter = Promise.withResolvers<void>()
      waiting.add(waiter)
      return waiter.promise
    },
    stopped: run(),
  }
}

function perform({controller}: Task, {store, now, log}: RunnerOptions, writes: readonly Write[]): void {
  for (const write of writes) {
    log?.info({controller: controller.name, do: write.do, ...refOf(write.object)}, 'write')
    switch (write.do) {
      case 'create':
        store.create(write.object)
        break
      case 'update':
        store.update(write.object)
        break
      case 'delete':
        deleteObject(store, write.object, {now: now()})
        break
      case 'remove':
        store.delete(write.object.kind, write.object.metadata, {uid: write.object.metadata.uid})
        break
    }
  }
}
