import {descendants} from '../../kernel/processes.ts'

/** Signals a process's group, and those of its descendants that have left it. */
export function signalTree(pid: number, signal: NodeJS.Signals): void {
  for (const victim of [-pid, ...descendants(pid)]) {
    try {
      process.kill(victim, signal)
    } catch {} // it has ended by itself
  }
}
