import type {KubeObjectAny} from '../../objects/kinds.ts'
import {type Show, showWatched} from '../view.ts'

/*
 * What a change looks like is the same for all who watch in the same form. They are woken by the same change and ask one after the other, so the
 * latest texts are kept, and each is made once.
 */
const kept = new Map<KubeObjectAny, Map<string, string>>()
const keptAtMost = 256

/** An object as a watcher sees it, as JSON. `first` is for the first event of a watch of tables, which brings the headings. */
export function watchText(object: KubeObjectAny, show: Show, first: boolean): string {
  const texts = kept.get(object) ?? keep(object)
  const key = keyOf(show, first)
  const text = texts.get(key) ?? showWatched(object, show, first)
  texts.set(key, text)
  return text
}

function keep(object: KubeObjectAny): Map<string, string> {
  const texts = new Map<string, string>()
  kept.set(object, texts)
  const [oldest] = kept.keys()
  if (kept.size > keptAtMost && oldest) kept.delete(oldest)
  return texts
}

/** Ages in tables change each second. */
function keyOf({apiVersion, form, included, now}: Show, first: boolean): string {
  const name = `${apiVersion} ${form.as} ${form.version}`
  return form.as === 'Table' ? `${name} ${included} ${first} ${Math.floor(now / 1000)}` : name
}
