import {runHook} from './hooks.ts'
import {type ContainerPlace, containerAt, idOf, type PodTable} from './pod-table.ts'
import {failedHook, killing, tellOf} from './story.ts'

/**
 * Ends a container as the kubelet does: its preStop hook, SIGTERM, and when its grace is over SIGKILL. The hook's time is taken off the
 * grace, but two seconds are left for the program in any case. Without grace it is killed at once; aborting `cut` ends the grace.
 * Resolves when the process has gone. The pod's story says `why`.
 */
export async function stopContainer(
  table: PodTable,
  at: ContainerPlace,
  {graceMs, cut, why = `Stopping container ${at.name}`}: Stop,
): Promise<void> {
  const {runtime, after, elapsed, signal} = table.context
  const id = idOf(at)
  const process = table.processes.get(id)
  if (!process) return
  tellOf(table, at, killing(why))
  const over = AbortSignal.any([process.signal, cut, signal])
  if (graceMs > 0 && !over.aborted) {
    const began = elapsed()
    await preStop(table, at, {graceMs, until: cut})
    if (!process.signal.aborted && !cut.aborted) {
      await runtime.end(id, 'SIGTERM')
      await after(Math.max(leastGraceMs, graceMs - (elapsed() - began)), over)
    }
  }
  if (process.signal.aborted) return
  await runtime.end(id, 'SIGKILL')
  await after(deathMs, AbortSignal.any([process.signal, signal]))
}

type Stop = {readonly graceMs: number; readonly cut: AbortSignal; readonly why?: string}

const leastGraceMs = 2000

/** SIGKILL works at once unless the kernel itself is stuck; then nothing is gained by waiting. */
const deathMs = 10_000

async function preStop(
  table: PodTable,
  at: ContainerPlace,
  {graceMs, until}: {readonly graceMs: number; readonly until: AbortSignal},
): Promise<void> {
  const {pod} = table.lives.get(at.uid) ?? {}
  const hook = pod?.spec.containers.find(({name}) => name === at.name)?.lifecycle?.preStop
  if (!hook || !containerAt(table, at)?.state.running) return
  const failure = await runHook(table, at, {hook, timeoutMs: graceMs, until})
  if (failure === undefined) return
  table.context.log.warn({pod: pod?.metadata.name, container: at.name, failure}, 'preStop hook failed')
  tellOf(table, at, failedHook('PreStop'))
}
