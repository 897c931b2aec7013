import {unsupportedMediaType} from '../body.ts'
import type {Answer, Api, Call} from '../call.ts'
import {existing} from './get.ts'

export async function patchObject(call: Call, api: Api): Promise<Answer> {
  existing(call, api)
  throw unsupportedMediaType([])
}
