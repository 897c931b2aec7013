import type {OwnStart} from '../../../images/own-image.ts'
import {type Part, readPart} from './bytes.ts'
import {RootError} from './root-error.ts'
import type {Saved} from './saved.ts'

/** The layers of an image from the lowest on, and its configuration. */
export type Layers = {readonly layers: readonly Part[]; readonly start: OwnStart}

/**
 * An image that was saved whole has two forms, often both at once. As `docker save` writes it, manifest.json lists images with
 * their layers. An OCI image layout has index.json, which leads to a manifest by its digest, and that to configuration and layers;
 * every file is in blobs/ and called by its digest. Undefined when the files are no saved image.
 */
export function layersOf(saved: Saved, architecture: string): Layers | undefined {
  const manifests = saved.part('manifest.json') && json(saved, 'manifest.json')
  if (Array.isArray(manifests) && manifests[0]?.Layers) return dockerLayers(saved, manifests, architecture)
  if (!saved.part('oci-layout') || !saved.part('index.json')) return undefined
  const manifest = json(saved, blobName(onlyManifest(saved, json(saved, 'index.json'), architecture)))
  const {layers, config} = manifest
  if (!Array.isArray(layers)) throw new RootError('has a manifest without layers')
  return {
    layers: layers.map(layer => present(saved, blobName(layer))),
    start: startOf(json(saved, blobName(config)), architecture),
  }
}

function dockerLayers(saved: Saved, manifests: readonly Json[], architecture: string): Layers {
  const [{Layers: layers, Config: config}, second] = manifests as readonly [Json, ...Json[]]
  if (second) throw severalImages(manifests.map(({RepoTags: tags}) => tags))
  return {
    layers: layers.map((name: unknown) => present(saved, String(name))),
    start: startOf(json(saved, String(config)), architecture),
  }
}

/* An index may lead to another, and has an entry for each architecture. */
function onlyManifest(saved: Saved, index: Json, architecture: string, depth = 0): Json {
  const all: readonly Json[] = Array.isArray(index.manifests) ? index.manifests : []
  const mine = all.filter(({platform}) => !platform || platform.architecture === architecture)
  const [first, second] = mine
  if (!first) {
    const others = all.map(({platform}) => platform?.architecture).join(', ')
    throw new RootError(`has no image for ${architecture}, which this machine is; it has ${others || 'none'}`)
  }
  if (second) throw severalImages(mine.map(({annotations}) => annotations?.['org.opencontainers.image.ref.name']))
  const isIndex = /index|manifest\.list/.test(String(first.mediaType))
  return isIndex && depth < 3 ? onlyManifest(saved, json(saved, blobName(first)), architecture, depth + 1) : first
}

function severalImages(names: readonly unknown[]): RootError {
  return new RootError(`holds ${names.length} images (${names.join(', ')}); save one alone`)
}

function startOf({config = {}, architecture: built}: Json, architecture: string): OwnStart {
  if (built && built !== architecture) throw new RootError(`is for ${built}, and this machine is ${architecture}`)
  const {Entrypoint: entrypoint, Cmd: words, Env: variables, WorkingDir: workingDirectory} = config ?? {}
  return {
    entrypoint: textsOf(entrypoint),
    arguments: textsOf(words),
    environment: Object.fromEntries(textsOf(variables).map(pairOf)),
    workingDirectory: workingDirectory ? String(workingDirectory) : undefined,
  }
}

function textsOf(list: unknown): readonly string[] {
  if (list === null || list === undefined) return []
  if (Array.isArray(list) && list.every(text => typeof text === 'string')) return list
  throw new RootError('has a configuration that podlab cannot read')
}

function pairOf(line: string): readonly [string, string] {
  const equals = line.indexOf('=')
  return equals < 0 ? [line, ''] : [line.slice(0, equals), line.slice(equals + 1)]
}

function blobName(descriptor: Json | undefined): string {
  const [, kind, digest] = /^(sha256|sha512):([a-f0-9]+)$/.exec(String(descriptor?.digest)) ?? []
  if (kind === undefined) throw new RootError(`has a digest that is none: ${descriptor?.digest}`)
  return `blobs/${kind}/${digest}`
}

function present(saved: Saved, name: string): Part {
  const part = saved.part(name)
  if (part) return part
  throw new RootError(`lacks ${name}, a part of its image`)
}

// biome-ignore lint/suspicious/noExplicitAny: foreign data
type Json = any

function json(saved: Saved, name: string): Json {
  const part = present(saved, name)
  if (part.size > 4 * 2 ** 20) throw new RootError(`has a ${name} of more than 4 MB`)
  try {
    return JSON.parse(readPart(part).toString('utf8')) ?? {}
  } catch (cause) {
    throw new RootError(`has a ${name} that is no JSON`, {cause})
  }
}
