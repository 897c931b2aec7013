import {ephemeralDefaults, ephemeralMistakes} from '../../objects/ephemeral-containers.ts'
import {equal} from '../../objects/equal.ts'
import {forbidden, ObjectError} from '../../objects/mistake.ts'
import type {Pod} from '../../objects/pod.ts'
import {rehearseUpdate} from '../../store/rehearse.ts'
import {warned} from '../answer.ts'
import {readBody} from '../body.ts'
import type {Answer, Api, Call} from '../call.ts'
import {type Decoded, decodeObject} from '../decode.ts'
import {writeQuery} from '../options.ts'
import {existing, getObject} from '../verbs/get.ts'
import {patchedObject} from '../verbs/patch.ts'
import {showObject, showOf} from '../view.ts'
import type {Subresource} from './index.ts'

/** Containers that join a pod that runs already: what `kubectl debug` writes. Nothing else of the pod changes. */
export const ephemeralContainers: Subresource = {
  of: ['Pod'],
  verbs: ['get', 'patch', 'update'],
  methods: {
    GET: getObject,
    PUT: async (call, api) => {
      const {kind, apiVersion, namespace, name} = call
      const {fieldValidation} = writeQuery(call, 'UpdateOptions')
      const body = await readBody(await call.body(), call.headers['content-type'])
      return write(decodeObject(body, {kind, apiVersion, namespace, name, fieldValidation}), call, api)
    },
    PATCH: async (call, api) => write(await patchedObject(call, api), call, api),
  },
}

function write({object, warnings}: Decoded, call: Call, api: Api): Answer {
  const {dryRun} = writeQuery(call, 'PatchOptions')
  const before = existing(call, api) as Pod
  const {spec, metadata} = object as Pod
  const {resourceVersion = before.metadata.resourceVersion} = metadata
  const {ephemeralContainers: _, ...others} = before.spec
  const ephemeralContainers = ephemeralDefaults(spec.ephemeralContainers ?? [])
  const after = {
    ...before,
    metadata: {...before.metadata, ...(resourceVersion && {resourceVersion})},
    spec: {...others, ...(ephemeralContainers.length > 0 && {ephemeralContainers})},
  }
  refuseMistakes(before, after)
  const stored = dryRun ? rehearseUpdate(api.store, after) : api.store.update(after)
  return warned(showObject(stored, showOf(call, api.now())), warnings)
}

/* They can be added, and that is all. */
function refuseMistakes({metadata, spec}: Pod, {spec: wanted}: Pod): void {
  const {ephemeralContainers = []} = wanted
  const changes = (spec.ephemeralContainers ?? []).flatMap(before => {
    const after = ephemeralContainers.find(({name}) => name === before.name)
    if (after !== undefined && equal(after, before)) return []
    const what = after === undefined ? 'removed' : 'changed'
    return [
      forbidden(['spec', 'ephemeralContainers'], `existing ephemeral containers "${before.name}" may not be ${what}`),
    ]
  })
  const mistakes = [...ephemeralMistakes(wanted), ...changes]
  const {name, namespace} = metadata
  if (mistakes.length > 0) throw new ObjectError({kind: 'Pod', name, ...(namespace && {namespace})}, mistakes)
}
