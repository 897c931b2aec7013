import {dirname, resolve} from 'node:path'
import {findImage, isSameImage} from '../images/index.ts'
import type {OwnImage} from '../images/own-image.ts'
import {type LabDocument, mistakeIn} from './lab-document.ts'
import type {Mistake} from './lab-error.ts'
import {imageSchema, imagesAtMost} from './schema.ts'
import {goodItems, type Item} from './sections.ts'
import {type Fault, isMapping} from './shape.ts'

/** What is wrong with a root file system, in words that follow its name; undefined when it can be used. */
export type RootFault = (path: string) => string | undefined

/** The images of one's own that a lab names. */
export type ReadImages = {
  readonly value: readonly OwnImage[]
  /** All names that are written, also of images with mistakes: who uses one of them makes no further mistake. */
  readonly names: readonly {readonly name: string}[]
  readonly mistakes: readonly Mistake[]
}

/** Reads the images of a lab; a root is found from the folder of the file that names it. */
export function readImages(lab: LabDocument, rootFault: RootFault = () => undefined): ReadImages {
  const written = Array.isArray(lab.value.images) ? lab.value.images : []
  const items = goodItems('images', written.slice(0, imagesAtMost), imageSchema).map(item => ({
    ...item,
    value: {...item.value, root: resolve(dirname(lab.origin(item.path).document.source.file), item.value.root)},
  }))
  const faults = items.flatMap((item, index) => [
    ...nameFaults(item, items.slice(0, index)),
    ...rootFaults(item, rootFault),
  ])
  return {
    value: items.map(({value}) => value),
    names: written.flatMap(image => (isMapping(image) && typeof image.name === 'string' ? [{name: image.name}] : [])),
    mistakes: faults.map(fault => mistakeIn(lab, fault)),
  }
}

function nameFaults({path, value: {name}}: Item<OwnImage>, earlier: readonly Item<OwnImage>[]): readonly Fault[] {
  const place = {path: [...path, 'name']}
  const known = findImage(name)
  if (known) {
    const message = `podlab's catalogue has an image ${known.name} already`
    return [{...place, message, hint: 'an image of your own needs another name, like my/app'}]
  }
  const twice = earlier.some(({value}) => isSameImage(value.name, name))
  return twice ? [{...place, message: `a second image named ${name}`}] : []
}

function rootFaults({path, written, value}: Item<OwnImage>, rootFault: RootFault): readonly Fault[] {
  const wrong = rootFault(value.root)
  const name = (written as {readonly root: string}).root
  return wrong === undefined ? [] : [{path: [...path, 'root'], message: `the root ${name} ${wrong}`}]
}
