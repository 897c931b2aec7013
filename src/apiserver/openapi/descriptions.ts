/** What a definition, or a field of one, is; empty where nobody has said it. */
export function descriptionOf(definition: string, field = ''): string {
  return Object.hasOwn(texts, definition) ? (texts[definition]?.[field] ?? '') : ''
}

const texts: Readonly<Record<string, Readonly<Record<string, string>>>> = {}
