import {readFileSync} from 'node:fs'
import {dirname, resolve} from 'node:path'
import {parse} from 'yaml'
import type {ApiPlace} from './connection.ts'

/** A kubeconfig that cannot be used; the message says which, why, and what is expected. */
export class KubeconfigError extends Error {
  override readonly name = 'KubeconfigError'
}

/** Reads the place that a kubeconfig's current context means. Files that it names lie beside it. Throws KubeconfigError. */
export function readKubeconfig(file: string, readFile: (path: string) => string = readText): ApiPlace {
  const refuse = (why: string) => new KubeconfigError(`${file}: ${why}`)
  const text = attempt(() => readFile(file), refuse)
  const config = attempt(() => parse(text, {schema: 'core'}), refuse)
  if (!isMapping(config)) throw refuse('this is no kubeconfig: expected a mapping with clusters, users and contexts')
  const name = config['current-context']
  if (!isText(name)) throw refuse('it has no current-context')
  const context = entry(config, {list: 'contexts', key: 'context', name}, refuse)
  const cluster = entry(config, {list: 'clusters', key: 'cluster', name: context.cluster}, refuse)
  const user = entry(config, {list: 'users', key: 'user', name: context.user}, refuse)
  const {server} = cluster
  if (!isText(server) || !/^https?:\/\/./.test(server) || !URL.canParse(server))
    throw refuse(`its server is ${JSON.stringify(server)}; expected something like https://10.0.20.254:6443`)
  const pem = (from: Mapping, key: string) => pemOf({from, key, beside: file}, {readFile, refuse})
  const [authority, certificate, secret] = [
    pem(cluster, 'certificate-authority'),
    pem(user, 'client-certificate'),
    pem(user, 'client-key'),
  ]
  if ((certificate === undefined) !== (secret === undefined))
    throw refuse('its user has a client-certificate or a client-key, but not both')
  return {
    server,
    ...(authority !== undefined && {authority}),
    ...(certificate !== undefined && {certificate}),
    ...(secret !== undefined && {key: secret}),
    ...(isText(user.token) && {token: user.token}),
  }
}

type Mapping = Readonly<Record<string, unknown>>
type Refuse = (why: string) => KubeconfigError

function entry(
  config: Mapping,
  {list, key, name}: {readonly list: string; readonly key: string; readonly name: unknown},
  refuse: Refuse,
): Mapping {
  const all = Array.isArray(config[list]) ? config[list] : []
  const found = all.find(one => isMapping(one) && one.name === name)
  if (!found) throw refuse(`its ${list} have none of the name ${JSON.stringify(name)}`)
  const value = found[key]
  if (!isMapping(value)) throw refuse(`${key} ${JSON.stringify(name)} is no mapping`)
  return value
}

type Wanted = {readonly from: Mapping; readonly key: string; readonly beside: string}

/* A file, or with `-data` the same in base64, which counts more. */
function pemOf(
  {from, key, beside}: Wanted,
  {readFile, refuse}: {readonly readFile: (path: string) => string; readonly refuse: Refuse},
): string | undefined {
  const [inside, path] = [from[`${key}-data`], from[key]]
  if (inside === undefined && path === undefined) return undefined
  const written = isText(inside) ? Buffer.from(inside, 'base64').toString() : undefined
  const text = written ?? attempt(() => readFile(resolve(dirname(beside), String(path))), refuse)
  if (!text.includes('-----BEGIN ')) throw refuse(`its ${key} is no PEM`)
  return text
}

function attempt<T>(act: () => T, refuse: Refuse): T {
  try {
    return act()
  } catch (error) {
    throw refuse((error as Error).message)
  }
}

function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function readText(path: string): string {
  return readFileSync(path, 'utf8')
}
