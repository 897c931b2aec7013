import {createServer} from 'node:net'
import {clientCertificate, createAuthority, serverCertificate} from '../apiserver/tls/certificates.ts'
import {printKubeconfig} from '../apiserver/tls/kubeconfig.ts'
import type {Lab} from '../lab/lab.ts'
import type {ApiServerPlace} from '../store/bootstrap.ts'
import {apiServerAddress} from '../store/cluster-ip.ts'
import {routerAddress} from './underlay.ts'

/** What the API server of a lab is known by, and what its owner gets in with; made before the lab, by whoever starts it. */
export type ApiAccess = {
  readonly kubeconfig: string
  readonly certificates: {readonly certificate: string; readonly key: string; readonly authority: string}
  /** There is a second socket, without TLS. */
  readonly insecure: boolean
  /** Signs the certificates of those who come later. */
  readonly authorityKey: string
}

/**
 * The host's side of the API server: a socket that listens on 127.0.0.1. The daemon, in a network of its own, gets it as a file descriptor and
 * accepts what arrives there; nothing is accepted here.
 */
export async function openDoor(): Promise<Door> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const {_handle: handle} = server as unknown as {_handle: {fd: number}}
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return {port, descriptor: handle.fd, close: () => server.close()}
}

export type Door = {readonly port: number; readonly descriptor: number; readonly close: () => void}

/** A lab's own authority, the server's certificate for all the names that it has, and a kubeconfig for the one who may do everything. */
export function createAccess(lab: Lab, {port, insecure}: {port: number; insecure: boolean}): ApiAccess {
  const now = new Date()
  const authority = createAuthority(`podlab ${lab.name}`, now)
  const {certificate, key} = serverCertificate(authority, serverNames(lab), now)
  const admin = clientCertificate(authority, {commonName: 'kubernetes-admin', organizations: ['system:masters']}, now)
  const server = `https://127.0.0.1:${port}`
  return {
    kubeconfig: printKubeconfig({server, lab: lab.name, authority: authority.certificate, ...admin}),
    certificates: {certificate, key, authority: authority.certificate},
    insecure,
    authorityKey: authority.key,
  }
}

/** Where nodes and pods reach the API server: at the switch between the machines. */
export function apiServerPlace({cluster, nodes, clients}: Lab): ApiServerPlace {
  return {ip: routerAddress(cluster.underlay, [...nodes, ...clients]), port: 6443}
}

function serverNames(lab: Lab): readonly string[] {
  const service = ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'kubernetes.default.svc.cluster.local']
  return ['localhost', ...service, '127.0.0.1', apiServerAddress(lab.cluster.serviceRange), apiServerPlace(lab).ip]
}
