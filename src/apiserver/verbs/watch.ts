import type {KubeObjectAny} from '../../objects/kinds.ts'
import type {Change, Store} from '../../store/store.ts'
import type {Answer, Api, Call} from '../call.ts'
import {flagIn, integerIn} from '../query.ts'
import {type Selection, selectionOf} from '../selection.ts'
import {statusOf} from '../status.ts'
import {type Show, showOf} from '../view.ts'
import {forbiddenOption, parseRevision} from './revision.ts'
import {endOfPiece, type Piece, sharedPiece} from './shared-pieces.ts'
import {type WatchClock, watchClock} from './watch-clock.ts'
import {watchText} from './watch-text.ts'

/**
 * A watch is a list that goes on: one line of JSON for every change after a revision, until the client goes or its time is over. Nothing is
 * queued for a slow client. It is sent a piece, and when it has taken that, the next is made from the store's history; one that is
 * slower than the history is long is told 410 and lists again.
 */
export async function watchObjects(call: Call, api: Api): Promise<Answer> {
  const show = showOf(call, api.now())
  const plan = planOf(call, api.store)
  const selected = selectionOf(call)
  return {
    status: 200,
    headers: {'content-type': 'application/json'},
    body: watchLines({...plan, show, selected, wish: wishOf(call, show), signal: call.signal}, api),
  }
}

type WatchPlan = {
  /** Changes after it are told. */
  readonly since: number
  /** What is there at `since` is told first. */
  readonly initial: boolean
  /** After which a bookmark says that the initial events are over. */
  readonly initialEnd: boolean
  readonly bookmarks: boolean
  readonly forMs: number
}

function planOf({query}: Call, store: Store): WatchPlan {
  const asked = query.get('resourceVersion') ?? ''
  const sendInitial = query.get('sendInitialEvents') === null ? null : flagIn(query, 'sendInitialEvents')
  const match = query.get('resourceVersionMatch') ?? ''
  const bookmarks = flagIn(query, 'allowWatchBookmarks')
  if (sendInitial !== null && match !== 'NotOlderThan')
    throw forbiddenOption(
      'resourceVersionMatch',
      'Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
    )
  if (sendInitial === null && match !== '')
    throw forbiddenOption(
      'resourceVersionMatch',
      'Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
    )
  const revision = asked ? parseRevision(asked) : 0
  const initial = sendInitial === true || (sendInitial === null && revision === 0)
  const seconds = integerIn(query, 'timeoutSeconds') ?? 0
  return {
    since: initial || revision === 0 ? Math.max(revision, store.revision) : revision,
    initial,
    initialEnd: sendInitial === true && bookmarks,
    bookmarks,
    forMs: Math.min(seconds > 0 ? seconds : defaultSeconds, 86_400) * 1000,
  }
}

/** As long as the API server lets a watch live that does not say: half an hour, and up to as much again. */
const defaultSeconds = 1800 + Math.floor(Math.random() * 1800)

type Watching = WatchPlan & {
  readonly show: Show
  readonly selected: Selection
  readonly signal: AbortSignal
  /** The same for all who are told the same; undefined for tables, in which ages pass. */
  readonly wish: string | undefined
}

function wishOf({namespace = '', name, query}: Call, {kind, apiVersion, form}: Show): string | undefined {
  if (form.as === 'Table') return undefined
  const selectors = [query.get('labelSelector') ?? '', query.get('fieldSelector') ?? '']
  return JSON.stringify([kind, apiVersion, form.as, form.version, namespace, name, ...selectors])
}

async function* watchLines(watching: Watching, {store, now, watchers}: Api): AsyncGenerator<string | Buffer> {
  const {show, signal, forMs, bookmarks} = watching
  const clock = watchClock({signal, forMs, ...(bookmarks && {bookmarkMs: bookmarkEvery})})
  const say = teller(watching, now)
  count(watchers, show.kind, 1)
  try {
    // A list, and what has changed since: both are taken now, in one moment.
    const since = watching.initial ? store.revision : watching.since
    store.changes(since)
    if (watching.initial) yield* initialLines({...watching, since}, {store, say})
    yield* laterLines({...watching, since}, {store, say, clock})
  } catch (error) {
    yield `${JSON.stringify({type: 'ERROR', object: statusOf(error)})}\n`
  } finally {
    clock.stop()
    count(watchers, show.kind, -1)
  }
}

function count(watchers: Api['watchers'], kind: string, change: number): void {
  watchers?.set(kind, (watchers.get(kind) ?? 0) + change)
}

function* initialLines({show, selected, initialEnd, since}: Watching, {store, say}: Telling): Generator<string> {
  const there = (store.list(show.kind) as readonly KubeObjectAny[]).filter(selected)
  yield* pieces(there.map(object => say('ADDED', object)))
  if (initialEnd) yield bookmark(show, since, {'k8s.io/initial-events-end': 'true'})
}

type Telling = {readonly store: Store; readonly say: Say}

async function* laterLines(
  watching: Watching,
  {store, say, clock}: Telling & {clock: WatchClock},
): AsyncGenerator<string | Buffer> {
  const {show, bookmarks, signal} = watching
  let read = watching.since
  while (!clock.ended) {
    while (read < store.revision && !clock.ended) {
      const {bytes, upTo} = nextPiece(read, {watching, say, store})
      read = upTo
      if (bytes.length > 0) yield bytes
    }
    if (clock.ended) break
    if (clock.bookmarkDue()) yield bookmark(show, read)
    await store.changed(read, clock.wake).catch(() => undefined)
  }
  if (bookmarks && !signal.aborted) yield bookmark(show, read)
}

/** How often a client that wants to know hears how far it has seen, in ms. */
const bookmarkEvery = 60_000

/** About as much as is sent at once, in characters. */
const pieceSize = 64 * 1024

type Say = (type: Change['type'], object: KubeObjectAny) => string

/** The changes after a revision, as many as make a piece. Throws compacted when they are forgotten. */
function nextPiece(from: number, telling: Telling & {watching: Watching}): Piece {
  const {store, watching} = telling
  const to = endOfPiece(from, store.revision)
  const make = () => pieceOf(store.changes(from).slice(0, to - from), telling)
  return watching.wish === undefined ? make() : sharedPiece(store, {wish: watching.wish, from, to}, make)
}

function pieceOf(changes: readonly Change[], {watching, say}: {watching: Watching; say: Say}): Piece {
  let [lines, upTo] = ['', 0]
  for (const change of changes) {
    lines += lineOf(change, watching, say)
    upTo = change.revision
    if (lines.length >= pieceSize) break
  }
  return {bytes: Buffer.from(lines), upTo}
}

/** An object that comes to be selected is ADDED, and one that ceases to be is DELETED, as it was then. */
function lineOf({type, revision, object, before}: Change, {show, selected}: Watching, say: Say): string {
  if (object.kind !== show.kind) return ''
  const was = before !== undefined && selected(before)
  const is = type !== 'DELETED' && selected(object)
  if (is) return say(was ? 'MODIFIED' : 'ADDED', object)
  if (!was) return ''
  if (type === 'DELETED') return say('DELETED', object)
  return say('DELETED', {...before, metadata: {...before.metadata, resourceVersion: `${revision}`}} as KubeObjectAny)
}

/** Says one event in the form that this watcher wants; of tables, only the first has headings. */
function teller({show}: Watching, now: () => number): Say {
  let first = true
  return (type, object) => {
    const text = watchText(object, {...show, now: now()}, first)
    first = false
    return `{"type":"${type}","object":${text}}\n`
  }
}

function* pieces(lines: readonly string[]): Generator<string> {
  let piece = ''
  for (const line of lines) {
    piece += line
    if (piece.length < pieceSize) continue
    yield piece
    piece = ''
  }
  if (piece !== '') yield piece
}

/** How far the stream has come, in the form of the rest: an object, or a table, with nothing in it. */
function bookmark(show: Show, revision: number, annotations?: Readonly<Record<string, string>>): string {
  const metadata = {resourceVersion: `${revision}`, creationTimestamp: null, ...(annotations && {annotations})}
  return `${JSON.stringify({type: 'BOOKMARK', object: empty(show, metadata)})}\n`
}

function empty({kind, apiVersion, form}: Show, metadata: {readonly resourceVersion: string}) {
  const meta = `meta.k8s.io/${form.version}`
  switch (form.as) {
    case 'object':
      return {kind, apiVersion, metadata}
    case 'PartialObjectMetadata':
      return {kind: form.as, apiVersion: meta, metadata}
    case 'Table':
      return {kind: form.as, apiVersion: meta, metadata, columnDefinitions: null, rows: []}
  }
}
