import type {Pod} from '../../objects/pod.ts'
import type {LogOptions} from '../containers.ts'
import {ApiError} from '../status.ts'
import type {Wanted} from './remote/remote-streams.ts'

/** Which streams a query asks for; a terminal leaves no room for stderr. Throws ApiError when it is none at all. */
export function wantedStreams(query: URLSearchParams): Wanted {
  const named = ['stdin', 'stdout', 'stderr'].some(name => query.has(name))
  const tty = isTrue(query, 'tty')
  const stdin = isTrue(query, 'stdin')
  const stdout = !named || isTrue(query, 'stdout')
  const stderr = (!named || isTrue(query, 'stderr')) && !tty
  if (!stdin && !stdout && !stderr)
    throw new ApiError('BadRequest', 'you must specify at least 1 of stdin, stdout, stderr')
  return {stdin, stdout, stderr, tty}
}

/* As the API reads booleans in a query: whatever does not say no. */
function isTrue(query: URLSearchParams, name: string): boolean {
  const value = query.get(name)
  return value !== null && value !== '0' && value.toLowerCase() !== 'false'
}

/** The container of a pod that a query means: the one it names, or the only one. Throws ApiError, in the API server's words. */
export function containerOf({metadata: {name}, spec}: Pod, query: URLSearchParams): string {
  const wanted = query.get('container') ?? ''
  const own = spec.containers.map(one => one.name)
  const initial = (spec.initContainers ?? []).map(one => one.name)
  if (wanted !== '') {
    const ephemeral = (spec.ephemeralContainers ?? []).map(one => one.name)
    if ([...own, ...initial, ...ephemeral].includes(wanted)) return wanted
    throw new ApiError('BadRequest', `container ${wanted} is not valid for pod ${name}`)
  }
  const [only, ...others] = own
  if (only !== undefined && others.length === 0) return only
  const alternative = initial.length > 0 ? ` or one of the init containers: [${initial.join(' ')}]` : ''
  throw new ApiError(
    'BadRequest',
    `a container name must be specified for pod ${name}, choose one of: [${own.join(' ')}]${alternative}`,
  )
}

/** What a query asks of a log. Throws ApiError, of reason Invalid for values that cannot be. */
export function logOptions(query: URLSearchParams, podName: string, now: number): LogOptions {
  const asked = {
    tail: numberIn(query, 'tailLines'),
    seconds: numberIn(query, 'sinceSeconds'),
    limitBytes: numberIn(query, 'limitBytes'),
    time: query.get('sinceTime') || undefined,
  }
  const mistakes = logMistakes(asked)
  if (mistakes.length > 0) throw invalid(podName, mistakes)
  const {tail, seconds, limitBytes, time} = asked
  const [since] = [seconds && now - seconds * 1000, time && timeOf(time)].filter(value => typeof value === 'number')
  return {
    follow: isTrue(query, 'follow'),
    previous: isTrue(query, 'previous'),
    timestamps: isTrue(query, 'timestamps'),
    ...(tail !== undefined && {tail}),
    ...(since !== undefined && {since}),
    ...(limitBytes !== undefined && {limitBytes}),
  }
}

type AskedOfLog = Readonly<Record<'tail' | 'seconds' | 'limitBytes', number | undefined>> & {
  readonly time: string | undefined
}

function logMistakes({tail = 0, seconds, limitBytes = 1, time}: AskedOfLog): readonly string[] {
  const checks: readonly (readonly [boolean, string])[] = [
    [tail < 0, `tailLines: Invalid value: ${tail}: must be greater than or equal to 0`],
    [limitBytes < 1, `limitBytes: Invalid value: ${limitBytes}: must be greater than 0`],
    [
      seconds !== undefined && time !== undefined,
      'sinceSeconds: Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified',
    ],
    [seconds !== undefined && seconds < 1, `sinceSeconds: Invalid value: ${seconds}: must be greater than 0`],
  ]
  return checks.flatMap(([isWrong, words]) => (isWrong ? [words] : []))
}

function invalid(podName: string, mistakes: readonly string[]): ApiError {
  const all = mistakes.length === 1 ? mistakes[0] : `[${mistakes.join(', ')}]`
  return new ApiError('Invalid', `PodLogOptions "${podName}" is invalid: ${all}`, {
    name: podName,
    kind: 'PodLogOptions',
  })
}

function numberIn(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name)
  if (text === null || text === '') return undefined
  if (/^[+-]?\d{1,15}$/.test(text)) return Number(text)
  throw new ApiError('BadRequest', `strconv.ParseInt: parsing "${text}": invalid syntax`)
}

function timeOf(text: string): number {
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN
  if (!Number.isNaN(time)) return time
  throw new ApiError(
    'BadRequest',
    `parsing time "${text}" as "2006-01-02T15:04:05Z07:00": cannot parse "${text}" as "2006"`,
  )
}
