import type {Chronicle, Deed} from '../chronicle.ts'
import {withAuthor} from './author.ts'
import {nameOf, wordsOf} from './change-words.ts'
import {askedLine} from './request-words.ts'
import type {Story, StoryLine} from './story.ts'

/** Of so many requests is told, the latest. */
const requestsAtMost = 30

/** Of each, so many changes. */
const changesAtMost = 10

/** What clients of the API, and podlab for its user, have changed lately: where a story began. */
export function tellAsked({deeds}: Pick<Chronicle, 'deeds'>): Story {
  const byCause = new Map<unknown, Deed[]>()
  for (const deed of deeds.map(withAuthor)) {
    const {by} = deed
    if (by.is !== 'request' && by.is !== 'podlab') continue
    const cause = by.is === 'request' ? by.request : by
    byCause.set(cause, [...(byCause.get(cause) ?? []), deed])
  }
  const causes = [...byCause.values()].slice(-requestsAtMost)
  return {of: 'what was asked for', lines: causes.flatMap(linesOf), since: deeds[0]?.at ?? 0, present: true}
}

function linesOf(deeds: readonly Deed[]): readonly StoryLine[] {
  const [first] = deeds
  if (first === undefined) return []
  const {by, at} = first
  const cause =
    by.is === 'request'
      ? askedLine(by.request)
      : {at, begins: true, who: 'podlab', text: by.is === 'podlab' ? by.doing : ''}
  const told = deeds
    .slice(0, changesAtMost)
    .map(({at, change}) => ({at, begins: false, who: 'API server', text: wordsOf(change), revision: change.revision}))
  const rest = deeds.slice(changesAtMost)
  const last = rest.at(-1)
  if (last === undefined) return [cause, ...told]
  const text = `and ${rest.length} more, up to ${nameOf(last.change.object)}`
  return [cause, ...told, {at: last.at, begins: false, who: 'API server', text, revision: last.change.revision}]
}
