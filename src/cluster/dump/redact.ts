/** Whose machine it is: words that a dump does not tell. */
export type Owner = {readonly host: string; readonly user: string; readonly home: string}

/** What stands where something has been left out. */
const leftOut = '(left out)'

/**
 * Takes out of a text what is nobody's business: private keys, tokens and passwords where they are called so, and the names of the machine,
 * its user and his home folder.
 */
export function redact(text: string, {host, user, home}: Owner): string {
  const keyless = secretForms.reduce((words, [form, instead]) => words.replace(form, instead), text)
  const homeless = home.length > 2 && home !== '/root' ? keyless.replaceAll(home, '~') : keyless
  return withoutName(withoutName(homeless, host, '(host)'), user === 'root' ? '' : user, '(user)')
}

const secretName = /pass(word|wd|phrase)?|secret|token|credential|private|api_?key|access_?key|client-key/i

const secretForms: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g, leftOut],
  [/\b(authorization["']?\s*[:=]\s*["']?(?:bearer|basic)\s+)[^\s"',]+/gi, `$1${leftOut}`],
  [/\b(bearer\s+)[\w.~+/-]{16,}=*/gi, `$1${leftOut}`],
  [/(:\/\/[^\s/:@]*:)[^\s/@]+@/g, `$1${leftOut}@`],
  [
    /([\w-]*(?:password|passwd|passphrase|secret|token|credential|client-key-data|api_?key|access_?key|private_?key)[\w-]*["']?\s*[:=]\s*)("[^"]*"|'[^']*'|[^\s"',&}]+)/gi,
    `$1${leftOut}`,
  ],
]

/* A name that is short or part of another word is no name. */
function withoutName(text: string, name: string, instead: string): string {
  if (name.length < 3 || ['localhost', 'podlab', 'node', 'master'].includes(name)) return text
  const word = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return text.replace(new RegExp(`(?<![\\w-])${word}(?![\\w-])`, 'g'), instead)
}

/** An object of the API, or any other JSON, without the values of secrets and of environment variables that are called like one. */
export function redactValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(redactValue)
  if (typeof value !== 'object' || value === null) return value
  const {kind, name} = value as {kind?: unknown; name?: unknown}
  const isSecret = kind === 'Secret'
  const hidesValue = typeof name === 'string' && secretName.test(name)
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      if (isSecret && (key === 'data' || key === 'stringData')) return [key, hidden(inner)]
      if (hidesValue && key === 'value') return [key, leftOut]
      return [key, redactValue(inner)]
    }),
  )
}

function hidden(entries: unknown): unknown {
  if (typeof entries !== 'object' || entries === null) return leftOut
  return Object.fromEntries(Object.keys(entries).map(key => [key, leftOut]))
}
