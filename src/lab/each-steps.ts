import type {z} from 'zod'
import type {Setting} from './lab.ts'
import type {Item} from './sections.ts'
import type {stepSchema} from './step-schema.ts'

type RawStep = z.infer<ReturnType<typeof stepSchema>>
type Path = readonly (string | number)[]

/** A step as written, with its place in the lab; `under` when it is played for one value of a setting. */
export type PlainItem = Item<Omit<RawStep, 'each'>> & {readonly under?: Setting}

/** The steps one after the other: those of an `each` stand once for each value, behind the step that sets it. */
export function unrolled(item: Item<RawStep>): readonly PlainItem[] {
  const {each} = item.value
  if (each === undefined) return [item]
  const {play, ...settings} = each
  const [name = 'proxy', values = []] =
    (['overlay', 'proxy'] as const).map(each => [each, settings[each]] as const).find(([, found]) => found) ?? []
  const written = (item.written as {readonly each: {readonly play: readonly unknown[]}}).each.play
  const {namespace} = item.value
  return values.flatMap(value => {
    const under = {name, value}
    const title = item.value.title && {title: `${item.value.title}: ${value}`}
    const first: PlainItem = {...item, value: {set: {[name]: value}, namespace, ...title}, under}
    const path: Path = [...item.path, 'each', 'play']
    return [
      first,
      ...play.map((step, index) => ({path: [...path, index], value: step, written: written[index], under})),
    ]
  })
}
