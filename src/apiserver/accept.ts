import {ApiError} from './status.ts'

/** One of the forms that a client takes, as its `Accept` header lists them: `application/json;as=Table;v=v1;g=meta.k8s.io`. */
export type Accepted = {readonly type: string; readonly parameters: ReadonlyMap<string, string>}

export function acceptedOf(header: string | undefined): readonly Accepted[] {
  return (header?.trim() || '*/*').split(',').map(part => {
    const [type = '', ...rest] = part.split(';').map(word => word.trim())
    const parameters = rest.map(word => word.split('=', 2) as [string, string])
    return {type: type.toLowerCase(), parameters: new Map(parameters)}
  })
}

/** How objects are shown: as they are, as rows of a table, or only their metadata. `version` is that of the form's own group. */
export type Form = {readonly as: 'object' | 'Table' | 'PartialObjectMetadata'; readonly version: 'v1' | 'v1beta1'}

/** The first form that the client takes and the server has; only JSON is spoken here. */
export function formOf(header: string | undefined): Form {
  for (const {type, parameters} of acceptedOf(header)) {
    if (!isJson(type)) continue
    const as = parameters.get('as') ?? ''
    const version = parameters.get('v')
    if (as === '') return {as: 'object', version: 'v1'}
    if (parameters.get('g') !== 'meta.k8s.io' || (version !== 'v1' && version !== 'v1beta1')) continue
    if (as === 'Table') return {as, version}
    if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList')
      return {as: 'PartialObjectMetadata', version}
  }
  throw new ApiError('NotAcceptable', `only the following media types are accepted: application/json`)
}

function isJson(type: string): boolean {
  return type === 'application/json' || type === '*/*' || type === 'application/*'
}
