import type {Pod} from '../../objects/pod.ts'
import type {Api, Call, Upgrade} from '../call.ts'
import {ApiError} from '../status.ts'
import {type RemoteCall, serveAttach, serveExec} from '../streams/exec.ts'
import {answerLog} from '../streams/log.ts'
import {servePortForward} from '../streams/port-forward.ts'
import {existing} from '../verbs/get.ts'
import type {Subresource} from './index.ts'

/* What is below a pod and is no object but bytes on their way to and from its containers. */

function upgrading(serve: (call: RemoteCall, connection: Upgrade) => Promise<void>, kind: string): Subresource {
  return {
    of: ['Pod'],
    kind: {group: '', version: 'v1', kind},
    verbs: ['create', 'get'],
    methods: {GET: upgradeRequired, POST: upgradeRequired},
    upgrade: async (call, api, connection) => {
      await serve({pod: podOf(call, api), query: call.query, containers: api.containers}, connection)
    },
  }
}

export const exec = upgrading(serveExec, 'PodExecOptions')
export const attach = upgrading(serveAttach, 'PodAttachOptions')
export const portforward = upgrading(servePortForward, 'PodPortForwardOptions')

export const log: Subresource = {
  of: ['Pod'],
  verbs: ['get'],
  methods: {
    GET: async (call, api) => {
      const {query, signal} = call
      return answerLog({pod: podOf(call, api), query, signal, containers: api.containers, now: api.now()})
    },
  },
}

function podOf(call: Call, api: Api): Pod {
  return existing(call, api) as Pod
}

async function upgradeRequired(call: Call, api: Api): Promise<never> {
  podOf(call, api)
  throw new ApiError('BadRequest', 'Upgrade request required')
}
