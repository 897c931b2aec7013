import {ApiError} from './status.ts'

/** The largest body that is read, in bytes. */
export const largestBody = 3 * 1024 * 1024

export function tooLarge(): ApiError {
  return new ApiError('RequestEntityTooLarge', `Request entity too large: limit is ${largestBody}`)
}

/** The media type of a request's body, without parameters; who does not say sends JSON. */
export function mediaTypeOf(header: string | undefined): string {
  return (header ?? '').split(';')[0]?.trim().toLowerCase() || 'application/json'
}

const readable = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf']

/** The value that a body holds, in any of the forms that are read. Throws ApiError. */
export async function readBody(bytes: Buffer, contentType: string | undefined): Promise<unknown> {
  const type = mediaTypeOf(contentType)
  switch (type) {
    case 'application/json':
      return readJson(bytes)
    case 'application/yaml':
      return readYaml(bytes)
    case 'application/vnd.kubernetes.protobuf':
      return readProtobuf(bytes)
    default:
      throw unsupportedMediaType(readable)
  }
}

export function unsupportedMediaType(accepted: readonly string[]): ApiError {
  const list = accepted.join(', ')
  return new ApiError(
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${list}`,
    {},
  )
}

function readJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch (error) {
    throw unreadable(`json parse error: ${error instanceof Error ? error.message : error}`)
  }
}

async function readProtobuf(bytes: Buffer): Promise<unknown> {
  const {decodeProtobuf, ProtobufError} = await import('./protobuf/decode.ts')
  try {
    return decodeProtobuf(bytes)
  } catch (error) {
    if (error instanceof ProtobufError) throw new ApiError('BadRequest', error.message)
    throw error
  }
}

/** The value of a YAML document, of which JSON is a part. Throws ApiError. */
export async function readYaml(bytes: Buffer): Promise<unknown> {
  const {parse} = await import('yaml')
  try {
    return parse(bytes.toString('utf8'), {maxAliasCount: 100, logLevel: 'error'})
  } catch (error) {
    throw unreadable(`error converting YAML to JSON: yaml: ${error instanceof Error ? error.message : error}`)
  }
}

function unreadable(why: string): ApiError {
  return new ApiError(
    'BadRequest',
    `the object provided is unrecognized (must be of type APIVersion, Kind): couldn't get version/kind; ${why}`,
  )
}
