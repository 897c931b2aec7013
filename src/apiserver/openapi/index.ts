import {createHash} from 'node:crypto'
import type {IncomingHttpHeaders} from 'node:http'
import {gzipSync} from 'node:zlib'
import {json} from '../answer.ts'
import type {Answer} from '../call.ts'
import {groupVersions} from '../resources.ts'
import {noSuchPath} from '../status.ts'
import {documentOf, pathOf} from './document.ts'
import {documentVersion2} from './version-2.ts'

/** A document as it is sent: made at the first request, and then kept. */
type Document = {readonly content: Buffer; readonly zipped: Buffer; readonly hash: string}

const documents = new Map<string, Document>()

/** `/openapi/v3`, and what lies below it. A client keeps a document for as long as its hash is in the index. */
export function openApiV3(path: readonly string[], headers: IncomingHttpHeaders): Answer {
  if (path.length === 0) return json({paths: Object.fromEntries(groupVersions.map(entryOf))})
  const found = groupVersions.find(one => pathOf(one) === path.join('/'))
  if (found === undefined) throw noSuchPath()
  const forever = {'cache-control': 'public, immutable', expires: 'Thu, 31 Dec 2037 23:55:55 GMT'}
  return documentAnswer(documentAt(found), headers, {'content-type': 'application/json', ...forever})
}

type Said = Readonly<Record<string, string>>

function documentAnswer({content, zipped, hash}: Document, headers: IncomingHttpHeaders, said: Said): Answer {
  if (headers['if-none-match'] === `"${hash}"`) return {status: 304, headers: {etag: `"${hash}"`}}
  const zips = /\bgzip\b/.test(String(headers['accept-encoding'] ?? ''))
  return {
    status: 200,
    headers: {
      ...said,
      ...(zips && {'content-encoding': 'gzip'}),
      vary: 'Accept-Encoding',
      etag: `"${hash}"`,
    },
    body: zips ? zipped : content,
  }
}

/** All of it in the older version, for clients that know no other; they ask each time whether it is still the same. */
export function openApiV2(headers: IncomingHttpHeaders): Answer {
  made2 ??= madeOf(documentVersion2())
  const type = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf'
  return documentAnswer(made2, headers, {'content-type': type})
}

let made2: Document | undefined

type Place = (typeof groupVersions)[number]

function entryOf(place: Place) {
  const path = pathOf(place)
  return [path, {serverRelativeURL: `/openapi/v3/${path}?hash=${documentAt(place).hash}`}]
}

function documentAt(place: Place): Document {
  const path = pathOf(place)
  const known = documents.get(path)
  if (known) return known
  const made = madeOf(Buffer.from(JSON.stringify(documentOf(place))))
  documents.set(path, made)
  return made
}

function madeOf(content: Buffer): Document {
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 32).toUpperCase()
  return {content, zipped: gzipSync(content), hash}
}
