import type {Daemon, Daemons, RunningDaemon} from './daemon.ts'

/** Keeps the daemons of one node as its plan has them. */
export type DaemonKeeper = {
  /** Before the kernel's state changes: ends those that the plan does not have, or has otherwise. */
  stopOthers(next: readonly Daemon[]): Promise<void>
  /** When the state is there: starts those that are missing. */
  startMissing(next: readonly Daemon[]): Promise<void>
}

/** `died` hears of a daemon that ended by itself; it counts as missing from then on. */
export function keepDaemons(
  {start}: Daemons,
  {netns, died}: {readonly netns: string; readonly died: (daemon: Daemon, error: Error) => void},
): DaemonKeeper {
  const running = new Map<Daemon['program'], RunningDaemon>()
  return {
    stopOthers: async next => {
      for (const [program, daemon] of running) {
        const wanted = next.find(one => one.program === program)
        if (wanted && daemon.adopt(wanted)) continue
        running.delete(program)
        await daemon.stop()
      }
    },
    startMissing: async next => {
      for (const daemon of next.filter(({program}) => !running.has(program))) {
        const onDeath = (error: Error) => {
          running.delete(daemon.program)
          died(daemon, error)
        }
        running.set(daemon.program, await start(netns, daemon, onDeath))
      }
    },
  }
}
