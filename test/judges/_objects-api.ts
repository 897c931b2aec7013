import {once} from 'node:events'
import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import type {DnsObject} from '../../src/dns/view.ts'

/** An API server that knows some objects and nothing else: as much as CoreDNS asks for. They never change. */
export async function objectsApi(objects: readonly DnsObject[]): Promise<{url: string; close: () => void}> {
  const server = createServer((request, response) => {
    const {pathname, searchParams} = new URL(request.url ?? '/', 'http://api')
    const kind = kinds[pathname]
    if (kind === undefined) {
      response.writeHead(404, {'content-type': 'application/json'})
      response.end(JSON.stringify({kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 404, reason: 'NotFound'}))
      return
    }
    response.writeHead(200, {'content-type': 'application/json'})
    if (searchParams.get('watch') === 'true' || searchParams.get('watch') === '1') {
      response.flushHeaders()
      return
    }
    const items = objects
      .filter(object => object.kind === kind)
      .map((object, index) => ({
        ...object,
        metadata: {...object.metadata, uid: `${kind}-${index}`, resourceVersion: '1'},
      }))
    const apiVersion = kind === 'EndpointSlice' ? 'discovery.k8s.io/v1' : 'v1'
    response.end(JSON.stringify({kind: `${kind}List`, apiVersion, metadata: {resourceVersion: '1'}, items}))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const {port} = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

const kinds: Readonly<Record<string, DnsObject['kind']>> = {
  '/api/v1/namespaces': 'Namespace',
  '/api/v1/services': 'Service',
  '/api/v1/pods': 'Pod',
  '/apis/discovery.k8s.io/v1/endpointslices': 'EndpointSlice',
}
