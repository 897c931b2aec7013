import type {Logger} from 'pino'
import type {Event} from '../objects/event.ts'
import {type Happening, recorded, type Subject} from '../objects/recorded-event.ts'
import type {AgentClient} from './client.ts'

/** Tells the API what happens on one node. Nobody waits for that: what is told is written a moment later, with all else that was told. */
export type Recorder = {
  record(subject: Subject, happening: Omit<Happening, 'host'>): void
}

export type RecorderContext = {
  readonly client: Pick<AgentClient, 'record'>
  /** The node's name. */
  readonly host: string
  /** Milliseconds since 1970, with their fractions. */
  readonly time: () => number
  readonly after: (milliseconds: number, signal: AbortSignal) => Promise<void>
  readonly signal: AbortSignal
  readonly log: Logger
}

/** What was told of one object, and how much more may be. */
type Story = {events: readonly Event[]; tokens: number; filledAt: number}

export function createRecorder({client, host, time, after, signal, log}: RecorderContext): Recorder {
  const stories = new Map<string, Story>()
  const unwritten = new Map<string, Event>()
  let last = 0n
  let writing = false

  /* Two events of one name would be one; so no moment comes twice. */
  const nanoseconds = () => {
    const now = BigInt(Math.floor(time() * 1e6))
    last = now > last ? now : last + 1n
    return last
  }

  const writeAll = async () => {
    while (unwritten.size > 0 && !signal.aborted) {
      const events = [...unwritten.values()]
      unwritten.clear()
      await client.record(events).catch((error: Error) => keep(events, error))
      await after(togetherMs, signal)
    }
    writing = false
  }

  /* Those that have been counted on meanwhile are there anew. */
  const keep = async (events: readonly Event[], error: Error) => {
    if (signal.aborted) return
    log.warn({err: error}, 'events not written')
    for (const event of events.slice(-mostUnwritten))
      if (!unwritten.has(keyOf(event))) unwritten.set(keyOf(event), event)
    await after(retryAfterMs, signal)
  }

  return {
    record: (subject, happening) => {
      const now = time()
      const story = storyOf(stories, `${happening.component} ${subject.metadata.uid}`, now)
      const event = recorded(subject, {...happening, host}, {events: story.events, now, nanoseconds: nanoseconds()})
      const fresh = ({metadata, lastTimestamp = ''}: Event) =>
        metadata.name !== event.metadata.name && now - Date.parse(lastTimestamp) < rememberedMs
      story.events = [...story.events.filter(fresh), event]
      if (!mayTell(story, now)) return
      unwritten.set(keyOf(event), event)
      if (writing) return
      writing = true
      void after(togetherMs, signal).then(writeAll)
    },
  }
}

/** How long an event waits for others, in ms: pods that start together are not held up by what is said of them. */
const togetherMs = 100

const retryAfterMs = 10_000

/** When the API cannot be reached, so many are kept for later. */
const mostUnwritten = 1000

/** As long as the API keeps an event. */
const rememberedMs = 3_600_000

/** Of so many objects it is known what was told; those are forgotten of which nothing was told for the longest time. */
const mostStories = 512

function storyOf(stories: Map<string, Story>, key: string, now: number): Story {
  const story = stories.get(key) ?? {events: [], tokens: burst, filledAt: now}
  stories.delete(key)
  stories.set(key, story)
  const [oldest] = stories.size > mostStories ? stories.keys() : []
  if (oldest !== undefined) stories.delete(oldest)
  return story
}

/* Of one object so much is told at once, and then once in five minutes; what is not told still counts. */
const burst = 25
const refillMs = 300_000

function mayTell(story: Story, now: number): boolean {
  story.tokens = Math.min(burst, story.tokens + (now - story.filledAt) / refillMs)
  story.filledAt = now
  if (story.tokens < 1) return false
  story.tokens -= 1
  return true
}

function keyOf({metadata: {namespace, name}}: Event): string {
  return `${namespace}/${name}`
}
