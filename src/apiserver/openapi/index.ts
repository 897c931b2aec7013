import {createHash} from 'node:crypto'
import type {IncomingHttpHeaders} from 'node:http'
import {gzipSync} from 'node:zlib'
import {json} from '../answer.ts'
import type {Answer} from '../call.ts'
import {groupVersions} from '../resources.ts'
import {noSuchPath} from '../status.ts'
import {documentOf, pathOf} from './document.ts'

/** A document as it is sent: made at the first request, and then kept. */
type Document = {readonly text: string; readonly zipped: Buffer; readonly hash: string}

const documents = new Map<string, Document>()

/** `/openapi/v3`, and what lies below it. A client keeps a document for as long as its hash is in the index. */
export function openApiV3(path: readonly string[], headers: IncomingHttpHeaders): Answer {
  if (path.length === 0) return json({paths: Object.fromEntries(groupVersions.map(entryOf))})
  const found = groupVersions.find(one => pathOf(one) === path.join('/'))
  if (found === undefined) throw noSuchPath()
  const {text, zipped, hash} = documentAt(found)
  const zips = /\bgzip\b/.test(String(headers['accept-encoding'] ?? ''))
  return {
    status: 200,
    headers: {
      'content-type': 'application/json',
      ...(zips && {'content-encoding': 'gzip'}),
      vary: 'Accept-Encoding',
      etag: `"${hash}"`,
      'cache-control': 'public, immutable',
      expires: 'Thu, 31 Dec 2037 23:55:55 GMT',
    },
    body: zips ? zipped : text,
  }
}

/** An empty document: old clients ask for one, and are content with it. */
export function openApiV2(): Answer {
  return {
    status: 200,
    headers: {'content-type': 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf'},
    // A Document whose first field, `swagger`, is 2.0.
    body: Buffer.from('0a03322e30', 'hex'),
  }
}

type Place = (typeof groupVersions)[number]

function entryOf(place: Place) {
  const path = pathOf(place)
  return [path, {serverRelativeURL: `/openapi/v3/${path}?hash=${documentAt(place).hash}`}]
}

function documentAt(place: Place): Document {
  const path = pathOf(place)
  const known = documents.get(path)
  if (known) return known
  const text = JSON.stringify(documentOf(place))
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 32).toUpperCase()
  const made = {text, zipped: gzipSync(text), hash}
  documents.set(path, made)
  return made
}
