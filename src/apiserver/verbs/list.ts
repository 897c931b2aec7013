import type {KubeObjectAny} from '../../objects/kinds.ts'
import type {Store} from '../../store/store.ts'
import {future, StoreError} from '../../store/store-error.ts'
import type {Answer, Api, Call} from '../call.ts'
import {integerIn} from '../query.ts'
import {selectionOf} from '../selection.ts'
import {ApiError} from '../status.ts'
import {showList, showOf} from '../view.ts'
import {listAt, pathOf} from './list-at.ts'
import {forbiddenOption, parseContinue, parseRevision, printContinue} from './revision.ts'

/**
 * All objects that are asked for, or the next piece of them: `limit` and `continue`. All pieces show the same moment, the one of the
 * first, whatever happens in between.
 */
export async function listObjects(call: Call, api: Api): Promise<Answer> {
  const show = showOf(call, api.now())
  const selected = selectionOf(call)
  const limit = integerIn(call.query, 'limit') ?? 0
  integerIn(call.query, 'timeoutSeconds')
  const {revision, after, all} = startOf(call, api.store)
  const wanted = all.filter(object => (after === undefined || pathOf(object) > after) && selected(object))
  const items = limit > 0 ? wanted.slice(0, limit) : wanted
  const last = items.at(-1)
  const rest = wanted.length - items.length
  const more =
    rest > 0 && last ? {continue: printContinue({revision, after: pathOf(last)}), remainingItemCount: rest} : {}
  return showList(items, show, {resourceVersion: `${revision}`, ...more})
}

type Start = {readonly revision: number; readonly after?: string; readonly all: readonly KubeObjectAny[]}

/** Where in time, and after which object, a list begins. */
function startOf({kind, query}: Call, store: Store): Start {
  const match = query.get('resourceVersionMatch') ?? ''
  const asked = query.get('resourceVersion') ?? ''
  const token = query.get('continue')
  refuseMatch({match, asked, token})
  if (token) {
    const {revision, after} = parseContinue(token)
    return {revision, after, all: continued(store, kind, revision)}
  }
  const least = asked ? parseRevision(asked) : 0
  if (match === 'Exact') return {revision: least, all: listAt(store, kind, least)}
  if (least > store.revision) throw future(least, store.revision)
  return {revision: store.revision, all: store.list(kind)}
}

function refuseMatch({match, asked, token}: {match: string; asked: string; token: string | null}): void {
  if (token && asked && asked !== '0')
    throw new ApiError('BadRequest', 'specifying resource version is not allowed when using continue')
  if (match === '') return
  const refuse = (why: string) => forbiddenOption('resourceVersionMatch', `Forbidden: ${why}`)
  if (token) throw refuse('resourceVersionMatch is forbidden when continue is provided')
  if (!asked) throw refuse('resourceVersionMatch is forbidden unless resourceVersion is provided')
  if (match === 'Exact' && asked === '0')
    throw refuse('resourceVersionMatch "exact" is forbidden for resourceVersion "0"')
  if (match !== 'Exact' && match !== 'NotOlderThan')
    throw forbiddenOption(
      'resourceVersionMatch',
      `Unsupported value: ${JSON.stringify(match)}: supported values: "Exact", "NotOlderThan", ""`,
    )
}

function continued(store: Store, kind: Call['kind'], revision: number): readonly KubeObjectAny[] {
  try {
    return listAt(store, kind, revision)
  } catch (error) {
    if (error instanceof StoreError) throw new ApiError('Expired', tooOld)
    throw error
  }
}

const tooOld =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.'
