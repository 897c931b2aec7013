const shown = 3

/** The first three of many for a column, and how many more there are: `a,b,c + 2 more...`. */
export function firstFew(words: readonly string[]): string {
  const first = words.slice(0, shown).join(',')
  return words.length > shown ? `${first} + ${words.length - shown} more...` : first
}
