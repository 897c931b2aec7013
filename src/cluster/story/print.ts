import type {Story, StoryLine} from './story.ts'

/**
 * A story as text: the time where something begins, and from there on how much later each thing was. `clock` shows a time of day.
 */
export function printStory({of, lines}: Story, clock: (at: number) => string): string {
  let began = 0
  let last = 0
  const rows = lines.map(({at, begins, who, text, revision}: StoryLine) => {
    const absolute = begins || at - last > longSilence
    if (absolute) began = at
    last = at
    return {
      time: absolute ? clock(at) : later(at - began),
      who,
      text: revision === undefined ? text : `${text} (revision ${revision})`,
    }
  })
  const width = Math.max(...rows.map(({who}) => who.length))
  const wide = Math.max(...rows.map(({time}) => time.length))
  return `${of}\n${rows.map(({time, who, text}) => `${time.padStart(wide)}  ${who.padEnd(width)}  ${text}\n`).join('')}`
}

/** After so long, in ms, what happens follows from something else. */
const longSilence = 1000

function later(milliseconds: number): string {
  if (milliseconds < 10) return `+${milliseconds.toFixed(1)} ms`
  return milliseconds < 1000 ? `+${Math.round(milliseconds)} ms` : `+${(milliseconds / 1000).toFixed(1)} s`
}

/** `16:19:17.102`, where this user is. */
export function timeOfDay(at: number): string {
  const date = new Date(at)
  return `${date.toTimeString().slice(0, 8)}.${`${date.getMilliseconds()}`.padStart(3, '0')}`
}
