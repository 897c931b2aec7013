import {parse} from 'yaml'
import type {Kind} from '../../../src/objects/kind.ts'
import {type KubeObjectAny, kinds} from '../../../src/objects/kinds.ts'
import {printMistake} from '../../../src/objects/mistake.ts'
import {readObject} from '../../../src/objects/read-object.ts'

/** The template of a web server's pods. */
export const template =
  'template: {metadata: {labels: {app: web}}, spec: {containers: [{name: kubia, image: "luksa/kubia:v1"}]}}'
/** What selects them. */
export const selector = 'selector: {matchLabels: {app: web}}'

/** The template of a pod that runs to its end. */
export const once = 'template: {spec: {restartPolicy: Never, containers: [{name: main, image: busybox}]}}'

/** `apps/v1 Deployment` with a spec in YAML. */
export function manifest(what: string, spec: string, status = ''): string {
  const [apiVersion, kind] = what.split(' ')
  return `{apiVersion: ${apiVersion}, kind: ${kind}, metadata: {name: web}, spec: {${spec}}${status && `, status: {${status}}`}}`
}

/** The object that a manifest means, with all that it leaves out. */
export function read(text: string): KubeObjectAny {
  const result = readObject(parse(text), 'default')
  if ('errors' in result) throw new Error(result.errors.map(printMistake).join('\n'))
  const kind: Kind = kinds[result.object.kind]
  return kind.defaults(result.object) as KubeObjectAny
}
