import type {KindName, KubeObjectAny} from '../objects/kinds.ts'
import {type Form, formOf} from './accept.ts'
import {json, jsonList} from './answer.ts'
import type {Answer, Call} from './call.ts'
import {type ListMeta, present, presentItem} from './present.ts'
import {ApiError} from './status.ts'
import {columnDefinitions, type Included, partialObject, rowOf} from './table.ts'

/** How one client wants to see objects: version, form, and what goes with the rows of a table. */
export type Show = {
  readonly kind: KindName
  readonly apiVersion: string
  readonly form: Form
  readonly included: Included
  readonly now: number
}

export function showOf({kind, apiVersion, headers, query}: Call, now: number): Show {
  const included = (query.get('includeObject') || 'Metadata') as Included
  if (!['None', 'Metadata', 'Object'].includes(included))
    throw new ApiError(
      'BadRequest',
      `Unable to convert to Table as requested: includeObject: Invalid value: ${JSON.stringify(included)}: must be 'Metadata', 'Object', 'None', or empty`,
    )
  return {kind, apiVersion, form: formOf(headers.accept), included, now}
}

/** One object, as the answer to a request. */
export function showObject(object: KubeObjectAny, show: Show, status = 200): Answer {
  const metadata = {resourceVersion: object.metadata.resourceVersion ?? ''}
  switch (show.form.as) {
    case 'object':
      return json(present(object, show.apiVersion), status)
    case 'PartialObjectMetadata':
      return json(partialObject(object, show.form), status)
    case 'Table':
      return json(tableOf([object], {show, metadata, withColumns: true}), status)
  }
}

export function showList(items: readonly KubeObjectAny[], show: Show, metadata: ListMeta): Answer {
  switch (show.form.as) {
    case 'object':
      return jsonList(
        {kind: `${show.kind}List`, apiVersion: show.apiVersion, metadata},
        {field: 'items', items, shown: item => presentItem(item, show.apiVersion)},
      )
    case 'PartialObjectMetadata':
      return jsonList(
        {kind: 'PartialObjectMetadataList', apiVersion: `meta.k8s.io/${show.form.version}`, metadata},
        {field: 'items', items, shown: item => partialObject(item, show.form)},
      )
    case 'Table': {
      const {rows: _none, ...head} = tableOf([], {show, metadata, withColumns: true})
      return jsonList(head, {field: 'rows', items, shown: item => rowShown(item, show)})
    }
  }
}

/** What a watcher is told of one object, as text; only its first table has headings. */
export function showWatched(object: KubeObjectAny, show: Show, withColumns: boolean): string {
  switch (show.form.as) {
    case 'object':
      return JSON.stringify(present(object, show.apiVersion))
    case 'PartialObjectMetadata':
      return JSON.stringify(partialObject(object, show.form))
    case 'Table':
      return JSON.stringify(
        tableOf([object], {
          show,
          metadata: {resourceVersion: object.metadata.resourceVersion ?? ''},
          withColumns,
        }),
      )
  }
}

function tableOf(
  items: readonly KubeObjectAny[],
  {show, metadata, withColumns}: {show: Show; metadata: ListMeta; withColumns: boolean},
) {
  return {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${show.form.version}`,
    metadata,
    columnDefinitions: withColumns ? columnDefinitions(show.kind) : null,
    rows: items.map(item => rowShown(item, show)),
  }
}

function rowShown(item: KubeObjectAny, {apiVersion, form, included, now}: Show) {
  return rowOf(item, {included, now, present: object => present(object, apiVersion), form})
}
