/** Go's command-line flags, `--name=value`, `--name value` or `-name`; throws on one that is not known. */
export function flagsOf(words: readonly string[], known: readonly string[]): Readonly<Record<string, string>> {
  const flags: Record<string, string> = {}
  for (let index = 0; index < words.length; index++) {
    const [, name = '', , value] = words[index]?.match(/^--?([a-z-]+)(=(.*))?$/) ?? []
    if (!known.includes(name)) throw new Error(`unknown flag: ${words[index]}; podlab plays ${known.join(', ')}`)
    const next = words[index + 1]
    const takesNext = value === undefined && next !== undefined && !next.startsWith('-')
    flags[name] = value ?? (takesNext ? next : 'true')
    if (takesNext) index++
  }
  return flags
}

/** A port that a flag names, or the default. */
export function portFlag(text: string | undefined, otherwise: number): number {
  const port = text === undefined ? otherwise : Number(text)
  if (!Number.isInteger(port) || port < 1 || port > 65535) throw new Error(`"${text}" is no port; expected 1 to 65535`)
  return port
}
