import {setTimeout as sleep} from 'node:timers/promises'

/** The clock, in milliseconds from some beginning; tests bring a fake one. */
export type Time = {
  now(): number
  /** Rejects when the signal aborts. */
  pause(milliseconds: number, signal: AbortSignal): Promise<void>
}

/** What every check and step is given besides the lab: the clock, the signal that stops it, and how many times as long it may take. */
export type During = {readonly time: Time; readonly signal: AbortSignal; readonly patience?: number}

/** The machine's own clock. */
export const machineTime: Time = {
  now: () => performance.now(),
  pause: (milliseconds, signal) => sleep(milliseconds, undefined, {signal}),
}
