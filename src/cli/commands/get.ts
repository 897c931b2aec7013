import {ask} from '../../cluster/control.ts'
import {chooseLab} from '../../cluster/running-labs.ts'
import type {Kind} from '../../objects/kind.ts'
import {kindNamed, kinds, UnknownKindError} from '../../objects/kinds.ts'
import type {KubeObject} from '../../objects/kube-object.ts'
import {parseSelector} from '../../objects/selector.ts'
import {printTable, tableOf} from '../../objects/table.ts'
import {type CommandRun, UsageError} from '../command.ts'
import {exitCode} from '../exit-code.ts'

/** Prints objects of one kind, as kubectl does. */
export const run: CommandRun = async ([word, name], options) => {
  const kind = readKind(String(word))
  if (typeof options.selector === 'string') parseSelector(options.selector)
  const everywhere = options.allNamespaces === true
  const {session} = await chooseLab(options.lab as string | undefined)
  const namespace = kind.namespaced && !everywhere ? String(options.namespace) : undefined
  const {selector} = options
  const all = await ask(session.socket, 'list', {
    kind: kind.kind,
    ...(namespace !== undefined && {namespace}),
    ...(typeof selector === 'string' && {selector}),
  })
  const objects = name === undefined ? all : all.filter(({metadata}) => metadata.name === name)
  if (name !== undefined && objects.length === 0) {
    process.stderr.write(`Error from server (NotFound): ${kind.plural} "${name}" not found\n`)
    return exitCode.failed
  }
  if (objects.length === 0 && options.output === undefined) {
    const where = namespace === undefined ? '' : ` in ${namespace} namespace`
    process.stderr.write(`No resources found${where}.\n`)
    return exitCode.good
  }
  process.stdout.write(await print(kind, objects, {output: options.output, one: name !== undefined, everywhere}))
  return exitCode.good
}

function readKind(word: string): Kind {
  try {
    return kinds[kindNamed(word)] as Kind
  } catch (error) {
    if (error instanceof UnknownKindError) throw new UsageError(error.message)
    throw error
  }
}

async function print(
  kind: Kind,
  objects: readonly KubeObject[],
  {output, one, everywhere}: {output: unknown; one: boolean; everywhere: boolean},
): Promise<string> {
  const value = one ? objects[0] : {apiVersion: 'v1', kind: 'List', items: objects}
  switch (output) {
    case 'json':
      return `${JSON.stringify(value, undefined, 4)}\n`
    case 'yaml':
      return (await import('yaml')).stringify(value)
    case 'name':
      return objects.map(({metadata}) => `${kind.singular}/${metadata.name}\n`).join('')
    default: {
      const now = Date.now()
      const withNamespace = everywhere && kind.namespaced
      return printTable(tableOf(kind.columns, objects, {now, wide: output === 'wide', withNamespace}))
    }
  }
}
