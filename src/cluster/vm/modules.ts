/**
 * The files of kernel modules in the order in which they are inserted, by the text of modules.dep: `a.ko: b.ko c.ko` names all that a needs, the
 * first needed last. A module that is not there is part of the kernel itself.
 */
export function insertionOrder(names: readonly string[], modulesDep: string): readonly string[] {
  const needs = new Map(
    modulesDep.split('\n').flatMap(line => {
      const [file = '', rest = ''] = line.split(':')
      return file === ''
        ? []
        : [[moduleName(file), {file, needed: rest.split(' ').filter(word => word !== '')}] as const]
    }),
  )
  const files = names.flatMap(name => {
    const found = needs.get(moduleName(name))
    return found === undefined ? [] : [...found.needed.toReversed(), found.file]
  })
  return [...new Set(files)]
}

/** `virtio_rng` of `kernel/drivers/char/hw_random/virtio-rng.ko.xz`: to the kernel both dashes are one. */
export function moduleName(file: string): string {
  return (file.split('/').at(-1) ?? '').replace(/\.ko(\.\w+)?$/, '').replaceAll('-', '_')
}
