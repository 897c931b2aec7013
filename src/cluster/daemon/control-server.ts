import type {IncomingMessage, Server, ServerResponse} from 'node:http'
import {text} from 'node:stream/consumers'
import {createServer} from '../../net/http.ts'
import type {ControlAnswer, ControlQuestion, ControlVerb} from '../control.ts'

/** What the daemon does for each verb of its control socket. */
export type ControlVerbs = {
  readonly [V in ControlVerb]: (question: ControlQuestion<V>, signal: AbortSignal) => Promise<ControlAnswer<V>>
}

/** Verbs by name, each with what it does with a question. */
export type Verbs = Readonly<Record<string, (question: never, signal: AbortSignal) => Promise<unknown>>>

/** Serves the verbs of a lab's daemon. */
export function serveControl(path: string, verbs: ControlVerbs): Promise<Server> {
  return serveVerbs(path, verbs)
}

/** Serves `POST /VERB` with a JSON question on a unix socket that only its owner can open. Resolves when it listens. */
export async function serveVerbs(path: string, verbs: Verbs): Promise<Server> {
  const server = createServer((request, response) => {
    const gone = new AbortController()
    response.on('close', () => gone.abort())
    answer(request, verbs, gone.signal).then(
      value => send(response, 200, value),
      (error: unknown) => send(response, 400, errorBody(error)),
    )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, resolve)
  })
  return server
}

async function answer(request: IncomingMessage, verbs: Verbs, signal: AbortSignal): Promise<unknown> {
  const verb = (request.url ?? '').slice(1)
  const act = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined
  if (act === undefined) throw new Error(`the daemon knows no verb "${verb}"`)
  return act(JSON.parse(await text(request)) as never, signal)
}

function send(response: ServerResponse, status: number, value: unknown): void {
  if (response.destroyed) return
  response.writeHead(status, {'content-type': 'application/json'})
  response.end(JSON.stringify(value ?? null))
}

function errorBody(error: unknown): {name: string; code: string | undefined; message: string} {
  if (!(error instanceof Error)) return {name: 'Error', code: undefined, message: String(error)}
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  return {name: error.name, code, message: error.message}
}
