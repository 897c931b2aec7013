import {parseAnyNetwork} from '../net/cidr.ts'
import {parseAnyIp} from '../net/ip6.ts'
import {NetError} from '../net/net-error.ts'

/** Says what is wrong with a text, in Kubernetes' words; undefined when nothing is. */
export type Format = (text: string) => string | undefined

/** A name that is one DNS label: a namespace, a container, a host. */
export const dnsLabel: Format = text =>
  text.length > 63
    ? 'must be no more than 63 characters'
    : mismatch(
        text,
        /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
      )

/** A DNS label that starts with a letter, as a service's name must. */
export const serviceName: Format = text =>
  text.length > 63
    ? 'must be no more than 63 characters'
    : mismatch(
        text,
        /^[a-z]([-a-z0-9]*[a-z0-9])?$/,
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
      )

/** A name that is DNS labels with dots between: most objects. */
export const dnsSubdomain: Format = text =>
  text.length > 253
    ? 'must be no more than 253 characters'
    : mismatch(
        text,
        /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
      )

/** A name that can stand in an address, which is all that is asked of some. */
export const pathSegment: Format = text => {
  if (text === '.' || text === '..') return `may not be '${text}'`
  const wrong = ['/', '%'].find(part => text.includes(part))
  return wrong && `may not contain '${wrong}'`
}

/** A label's or annotation's key: a name, optionally after a DNS prefix and a slash. */
export const qualifiedName: Format = text => {
  const slash = text.indexOf('/')
  const prefix = slash < 0 ? undefined : dnsSubdomain(text.slice(0, slash))
  if (prefix !== undefined) return `prefix part ${prefix}`
  const name = text.slice(slash + 1)
  if (name === '') return 'name part must be non-empty'
  if (name.length > 63) return 'name part must be no more than 63 characters'
  return mismatch(
    name,
    /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/,
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
  )
}

export const labelValue: Format = text =>
  text.length > 63
    ? 'must be no more than 63 characters'
    : mismatch(
        text,
        /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/,
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
      )

/** The name of a container's port, which a service may point to. */
export const portName: Format = text => {
  if (text.length > 15) return 'must be no more than 15 characters'
  if (!/^[-a-z0-9]+$/.test(text)) return 'must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)'
  if (!/[a-z]/.test(text)) return 'must contain at least one letter (a-z)'
  if (text.includes('--')) return 'must not contain consecutive hyphens'
  return mismatch(text, /^[^-].*[^-]$|^[^-]$/, 'must not begin or end with a hyphen')
}

/** Since Kubernetes 1.32 nearly everything; before, a C identifier with dots and dashes. */
export const environmentName: Format = text =>
  mismatch(
    text,
    /^[ -<>-~]+$/,
    "a valid environment variable name must consist only of printable ASCII characters other than '='",
  )

export const ipAddress: Format = text =>
  reads(() => parseAnyIp(text)) ? undefined : 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'

export const network: Format = text =>
  reads(() => parseAnyNetwork(text)) ? undefined : 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'

function mismatch(text: string, pattern: RegExp, message: string): string | undefined {
  return pattern.test(text) ? undefined : message
}

function reads(parse: () => unknown): boolean {
  try {
    parse()
    return true
  } catch (error) {
    if (error instanceof NetError) return false
    throw error
  }
}
