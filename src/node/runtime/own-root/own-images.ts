import {accessSync, constants, mkdirSync, readdirSync, renameSync, rmSync, statSync, symlinkSync} from 'node:fs'
import {arch} from 'node:process'
import type {Image} from '../../../images/image.ts'
import {imageOf, type OwnImage, type OwnStart} from '../../../images/own-image.ts'
import {openArchive, packingOfPart} from './archive.ts'
import type {Part} from './bytes.ts'
import {type Layers, layersOf} from './layers.ts'
import {RootError} from './root-error.ts'
import {savedFolder, savedTar} from './saved.ts'
import {type Allowance, allowance, unpack} from './unpack.ts'

/** How long unpacking the images of a lab may take, in ms. */
const longest = 120_000

type Unpacking = {readonly allowance: Allowance; readonly signal: AbortSignal}

/**
 * Makes the images that a lab has of its own ready for containers, each in a folder below `home`: a folder of the user's is shown as it
 * is, a tar is unpacked. Throws RootError with the image's name.
 */
export async function ownImages(
  images: readonly OwnImage[],
  {home, signal}: {readonly home: string; readonly signal: AbortSignal},
): Promise<readonly Image[]> {
  const unpacking = {allowance: allowance(), signal: AbortSignal.any([signal, AbortSignal.timeout(longest)])}
  const ready: Image[] = []
  for (const [index, own] of images.entries()) {
    const folder = `${home}/own-${index}`
    mkdirSync(home, {recursive: true})
    try {
      ready.push(imageOf(own, {folder}, await makeRoot(own.root, folder, unpacking)))
    } catch (error) {
      throw new RootError(`image ${own.name}: ${own.root} ${reasonOf(error)}`, {cause: error})
    }
  }
  return ready
}

/* Answers what the image itself says of its start. */
async function makeRoot(root: string, folder: string, unpacking: Unpacking): Promise<OwnStart> {
  const stats = statSync(root)
  if (stats.isDirectory()) return showFolder(root, folder, unpacking)
  const whole = {file: root, start: 0, size: stats.size}
  const packing = packingOfPart(whole)
  const layers = packing === 'tar' ? layersOf(await savedTar(root), architecture) : undefined
  if (layers) return stack(layers, folder, unpacking)
  await add(whole, folder, {...unpacking, isLayer: false})
  if (readdirSync(folder).length === 0) throw new RootError('holds no files')
  return packing === 'tar' ? {} : unpackAgain(folder, unpacking)
}

async function showFolder(root: string, folder: string, unpacking: Unpacking): Promise<OwnStart> {
  accessSync(root, constants.R_OK | constants.X_OK)
  const layers = layersOf(savedFolder(root), architecture)
  if (layers) return stack(layers, folder, unpacking)
  symlinkSync(root, folder)
  return {}
}

/* In a packed tar one cannot go back, so a saved image is known by what it unpacks to. */
async function unpackAgain(folder: string, unpacking: Unpacking): Promise<OwnStart> {
  if (!layersOf(savedFolder(folder), architecture)) return {}
  const saved = `${folder}.saved`
  renameSync(folder, saved)
  const layers = layersOf(savedFolder(saved), architecture)
  const start = layers ? await stack(layers, folder, unpacking) : {}
  rmSync(saved, {recursive: true})
  return start
}

async function stack({layers, start}: Layers, folder: string, unpacking: Unpacking): Promise<OwnStart> {
  mkdirSync(folder)
  for (const layer of layers) await add(layer, folder, {...unpacking, isLayer: true}).catch(inLayer)
  return start
}

function inLayer(error: unknown): never {
  throw error instanceof RootError ? new RootError(`has a layer that ${error.message}`, {cause: error}) : error
}

async function add(part: Part, folder: string, options: Unpacking & {readonly isLayer: boolean}): Promise<void> {
  mkdirSync(folder, {recursive: true})
  await unpack(openArchive(part), folder, options)
}

/* As images name it. */
const architecture = {x64: 'amd64'}[arch as string] ?? arch

function reasonOf(error: unknown): string {
  if (error instanceof RootError) return error.message
  if (!(error instanceof Error)) throw error
  if (error.name === 'TimeoutError') return `could not be unpacked in ${longest / 1000} s; use a folder instead`
  const {code = ''} = error as NodeJS.ErrnoException
  return reasons[code] ?? `could not be used: ${error.message}`
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EACCES: 'may not be read by you',
  EPERM: 'may not be read by you',
  ENOSPC: 'does not fit into the memory that this machine gives a lab; use a folder instead',
}
