import type {Pod} from '../../objects/pod.ts'
import type {Upgrade} from '../call.ts'
import {ContainerMissing, type ContainerPlace, type Containers, type Program} from '../containers.ts'
import {ApiError} from '../status.ts'
import {negotiate} from './negotiate.ts'
import {containerOf, wantedStreams} from './options.ts'
import {channelProtocols, channelStreams} from './remote/channels.ts'
import {type Outcome, outcomeOf, outcomeOfError, type RemoteStreams, type Wanted} from './remote/remote-streams.ts'
import {runRemotely} from './remote/run.ts'
import {NoStreamsError, remoteCommandProtocols, spdyStreams} from './remote/spdy-streams.ts'
import {refuseInWords} from './spdy/handshake.ts'

/** What a remote command works on. */
export type RemoteCall = {
  readonly pod: Pod
  readonly query: URLSearchParams
  readonly containers: Containers
}

/** `pods/NAME/exec`: runs a program in a container, with its streams on the client's connection. Throws ApiError before it has begun. */
export async function serveExec({pod, query, containers}: RemoteCall, connection: Upgrade): Promise<void> {
  const wanted = wantedStreams(query)
  const command = query.getAll('command')
  if (command.length === 0) throw new ApiError('BadRequest', 'you must specify at least one command for the container')
  const place = placeIn(pod, query)
  await serve(connection, {
    containers,
    place,
    wanted,
    start: () => containers.exec(place, {...wanted, command}),
    outcome: code => outcomeOf(command, code),
  })
}

/** `pods/NAME/attach`: joins a container's first process. It is a success whenever it ends; whoever wants the code asks the pod. */
export async function serveAttach({pod, query, containers}: RemoteCall, connection: Upgrade): Promise<void> {
  const wanted = wantedStreams(query)
  const place = placeIn(pod, query)
  const start = () => containers.attach(place, wanted)
  await serve(connection, {containers, place, wanted, start, outcome: () => outcomeOf([], 0)})
}

function placeIn(pod: Pod, query: URLSearchParams): ContainerPlace {
  const {namespace = 'default', name} = pod.metadata
  const container = containerOf(pod, query)
  if (pod.spec.nodeName) return {namespace, name, container}
  throw new ApiError('BadRequest', `pod ${name} does not have a host assigned`)
}

type Serving = {
  readonly containers: Containers
  readonly place: ContainerPlace
  readonly wanted: Wanted
  readonly start: () => Promise<Program>
  readonly outcome: (code: number) => Outcome
}

async function serve(connection: Upgrade, {containers, place, wanted, start, outcome}: Serving): Promise<void> {
  try {
    await containers.find(place)
  } catch (error) {
    if (!(error instanceof ContainerMissing)) throw error
    // The words of a kubelet, which the API server hands on as they are.
    return refuseInWords(connection.socket, '500 Internal Server Error', error.message)
  }
  const remote = await remoteStreams(connection, wanted)
  if (remote === undefined) return
  try {
    await runRemotely(await start(), remote, outcome)
  } catch (error) {
    await remote.finish(outcomeOfError(error instanceof Error ? error : new Error(String(error))))
  }
}

async function remoteStreams(connection: Upgrade, wanted: Wanted): Promise<RemoteStreams | undefined> {
  const negotiated = await negotiate(connection, {websocket: channelProtocols, spdy: remoteCommandProtocols})
  switch (negotiated?.kind) {
    case undefined:
      return undefined
    case 'websocket':
      return channelStreams(negotiated.socket, negotiated.protocol, wanted)
    case 'spdy':
      try {
        return await spdyStreams(negotiated.transport, {protocol: negotiated.protocol, wanted})
      } catch (error) {
        if (error instanceof NoStreamsError) return undefined // the connection is over, there is nobody to tell
        throw error
      }
  }
}
