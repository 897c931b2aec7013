import type {Resolver} from './resolv-conf.ts'

/** How many dots make a name look whole, when /etc/resolv.conf does not say. */
const usualDots = 1

/** How many dots a name must have to be asked as it is first. */
export function dotsWanted({options}: Pick<Resolver, 'options'>): number {
  const said = options.findLast(option => option.startsWith('ndots:'))
  return said === undefined ? usualDots : Number(said.slice('ndots:'.length))
}

/**
 * The names that a resolver asks for, in their order, until one is there: what resolv.conf(5) says of `search` and `ndots`. A name that ends with
 * a dot is whole. Each has a dot at its end.
 */
export function namesTried(name: string, resolver: Pick<Resolver, 'searches' | 'options'>): readonly string[] {
  if (name.endsWith('.')) return [name]
  const whole = `${name}.`
  const completed = resolver.searches.map(domain => `${name}.${domain.replace(/\.$/, '')}.`)
  const dots = name.split('.').length - 1
  return dots < dotsWanted(resolver) ? [...completed, whole] : [whole, ...completed]
}
