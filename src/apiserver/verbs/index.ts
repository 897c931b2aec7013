import type {Answer, Api, Call} from '../call.ts'
import {flagIn} from '../query.ts'
import {methodNotAllowed} from '../status.ts'
import {createObject} from './create.ts'
import {deleteCollection, deleteObject} from './delete.ts'
import {getObject} from './get.ts'
import {listObjects} from './list.ts'
import {patchObject} from './patch.ts'
import {updateObject} from './update.ts'
import {watchObjects} from './watch.ts'

/** Answers a request about objects of one kind. */
export type Verb = (call: Call, api: Api) => Promise<Answer>

/** The verbs that every kind has, as discovery names them. */
export const verbs = {
  create: createObject,
  delete: deleteObject,
  deletecollection: deleteCollection,
  get: getObject,
  list: listObjects,
  patch: patchObject,
  update: updateObject,
  watch: watchObjects,
} as const satisfies Readonly<Record<string, Verb>>

export type VerbName = keyof typeof verbs

/** The verb that a method means, of one object or of a collection. Throws the 405. */
export function verbOf({method, name, query}: Pick<Call, 'method' | 'name' | 'query'>): VerbName {
  const verb = (name === '' ? ofCollections : ofObjects)[method]
  if (verb === undefined) throw methodNotAllowed()
  return verb === 'list' && flagIn(query, 'watch') ? 'watch' : verb
}

const ofObjects: Readonly<Record<string, VerbName>> = {
  GET: 'get',
  HEAD: 'get',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
}

const ofCollections: Readonly<Record<string, VerbName>> = {
  GET: 'list',
  HEAD: 'list',
  POST: 'create',
  DELETE: 'deletecollection',
}
