import {X509Certificate} from 'node:crypto'
import {createServer, type Server} from 'node:net'
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
 * accepts what arrives there; nothing is accepted here. A port that is wanted and taken becomes another.
 */
export async function openDoor(wanted = 0): Promise<Door> {
  const server = createServer()
  try {
    await listen(server, wanted)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    await listen(server, 0)
  }
  const {_handle: handle} = server as unknown as {_handle: {fd: number}}
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return {port, descriptor: handle.fd, close: () => server.close()}
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
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

/**
 * The access that a lab had before, at the port that it has now: whoever had a kubeconfig gets in with it as long as the port is the same.
 * Certificates that are over are made anew.
 */
export function accessAgain(lab: Lab, before: ApiAccess, port: number): ApiAccess {
  const until = new X509Certificate(before.certificates.certificate).validToDate
  if (until.getTime() < Date.now() + day) return createAccess(lab, {port, insecure: before.insecure})
  const kubeconfig = before.kubeconfig.replace(/(server: https:\/\/127\.0\.0\.1):\d+/, `$1:${port}`)
  return {...before, kubeconfig}
}

const day = 86_400_000

/** Where nodes and pods reach the API server: at the switch between the machines. */
export function apiServerPlace({cluster, nodes, clients}: Lab): ApiServerPlace {
  return {ip: routerAddress(cluster.underlay, [...nodes, ...clients]), port: 6443}
}

function serverNames(lab: Lab): readonly string[] {
  const service = ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'kubernetes.default.svc.cluster.local']
  return ['localhost', ...service, '127.0.0.1', apiServerAddress(lab.cluster.serviceRange), apiServerPlace(lab).ip]
}
