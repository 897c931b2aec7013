import {statusAnswer} from './answer.ts'
import type {Api, ApiRequest, Upgrade} from './call.ts'
import {placeOf} from './path.ts'
import {partsOf, recognised, respond, segmentsOf, targetOf} from './respond.ts'
import {statusOf} from './status.ts'
import {subresourceOf} from './subresources/index.ts'

/**
 * Hands the connection of a request that asks for another protocol to the subresource that speaks it. Everything else is answered as if it
 * had not asked, and the connection is ended.
 */
export async function upgrade(request: ApiRequest, api: Api, connection: Upgrade): Promise<void> {
  connection.socket.on('error', () => undefined)
  try {
    const {pathname, searchParams} = targetOf(request)
    const place = placeOf(segmentsOf(pathname))
    const take = place && subresourceOf(place.kind, place.subresource)?.upgrade
    if (place === undefined || take === undefined) return await refuse(await respond(request, api), connection)
    await take({...partsOf(request, recognised(request), searchParams), ...place}, api, connection)
  } catch (error) {
    await refuse(statusAnswer(statusOf(error)), connection)
  }
}

async function refuse({status, headers = {}, body = ''}: Awaited<ReturnType<typeof respond>>, {socket}: Upgrade) {
  const text = typeof body === 'string' || body instanceof Uint8Array ? Buffer.from(body) : Buffer.alloc(0)
  const lines = Object.entries({...headers, 'content-length': `${text.length}`, connection: 'close'})
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  socket.write(`HTTP/1.1 ${status} ${status === 200 ? 'OK' : 'Refused'}\r\n${head}\r\n`)
  socket.end(text)
}
