import {createHash, generateKeyPairSync, type KeyObject, randomBytes, sign, X509Certificate} from 'node:crypto'
import {isIP} from 'node:net'
import * as der from './der.ts'

/**
 * The certificates of one lab. Its own authority signs them and nobody else's does, so whoever holds the lab's kubeconfig knows the
 * server, and the server knows him. They are written here and not by a library: loading one takes longer than starting a pod.
 */
export type Pair = {readonly certificate: string; readonly key: string}

/** Who signs; `key` and `certificate` in PEM. */
export type Authority = Pair

/** A self-signed authority. */
export function createAuthority(name: string, now: Date): Authority {
  const keys = generateKeyPairSync('ec', {namedCurve: 'P-256'})
  const subject = nameOf({commonName: name, organizations: []})
  const extensions = [
    extension('2.5.29.19', der.sequence(der.truth()), true),
    extension('2.5.29.15', der.bits(Buffer.of(0b1010_0100), 2), true),
    extension('2.5.29.14', der.octets(keyId(keys.publicKey))),
  ]
  const certificate = issue({
    subject,
    issuer: subject,
    publicKey: keys.publicKey,
    signer: keys.privateKey,
    now,
    extensions,
  })
  return {certificate, key: pemOf(keys.privateKey)}
}

/** A server's certificate for these names and addresses. */
export function serverCertificate(authority: Authority, names: readonly string[], now: Date): Pair {
  const alternatives = der.sequence(...names.map(alternativeName))
  return signed(authority, {commonName: 'kube-apiserver', organizations: []}, now, [
    extension('2.5.29.37', der.sequence(der.objectId('1.3.6.1.5.5.7.3.1'))),
    extension('2.5.29.17', alternatives),
  ])
}

/** A client's: its common name is the user, its organizations are his groups. */
export function clientCertificate(authority: Authority, who: Distinguished, now: Date): Pair {
  return signed(authority, who, now, [extension('2.5.29.37', der.sequence(der.objectId('1.3.6.1.5.5.7.3.2')))])
}

export type Distinguished = {readonly commonName: string; readonly organizations: readonly string[]}

const year = 365 * 86_400_000
const ecdsaWithSha256 = der.sequence(der.objectId('1.2.840.10045.4.3.2'))

function signed(authority: Authority, who: Distinguished, now: Date, purposes: readonly der.Der[]): Pair {
  const {publicKey, privateKey} = generateKeyPairSync('ec', {namedCurve: 'P-256'})
  const ca = new X509Certificate(authority.certificate)
  const extensions = [
    extension('2.5.29.15', der.bits(Buffer.of(0b1000_0000), 7), true),
    extension('2.5.29.19', der.sequence(), true),
    extension('2.5.29.35', der.sequence(der.plainInPlace(0, keyId(ca.publicKey)))),
    ...purposes,
  ]
  const issuer = nameOf({commonName: commonNameOf(ca), organizations: []})
  const certificate = issue({subject: nameOf(who), issuer, publicKey, signer: authority.key, now, extensions})
  return {certificate, key: pemOf(privateKey)}
}

function issue({
  subject,
  issuer,
  publicKey,
  signer,
  now,
  extensions,
}: {
  subject: der.Der
  issuer: der.Der
  publicKey: KeyObject
  signer: KeyObject | string
  now: Date
  extensions: readonly der.Der[]
}): string {
  const serial = randomBytes(16)
  serial[0] = (serial[0] ?? 0) & 0x7f
  // A clock that is a little behind must not find the certificate too young.
  const validity = der.sequence(
    der.utcTime(new Date(now.getTime() - 300_000)),
    der.utcTime(new Date(now.getTime() + 10 * year)),
  )
  const body = der.sequence(
    der.inPlace(0, der.integer(Buffer.of(2))),
    der.integer(serial),
    ecdsaWithSha256,
    issuer,
    validity,
    subject,
    publicKey.export({type: 'spki', format: 'der'}),
    der.inPlace(3, der.sequence(...extensions)),
  )
  const whole = der.sequence(body, ecdsaWithSha256, der.bits(sign('sha256', body, signer)))
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}

function nameOf({commonName, organizations}: Distinguished): der.Der {
  const part = (id: string, text: string) => der.setOf(der.sequence(der.objectId(id), der.utf8(text)))
  return der.sequence(...organizations.map(text => part('2.5.4.10', text)), part('2.5.4.3', commonName))
}

function extension(id: string, value: der.Der, critical = false): der.Der {
  return der.sequence(der.objectId(id), ...(critical ? [der.truth()] : []), der.octets(value))
}

function alternativeName(name: string): der.Der {
  if (isIP(name) === 4) return der.plainInPlace(7, Buffer.from(name.split('.').map(Number)))
  return der.plainInPlace(2, Buffer.from(name))
}

function keyId(key: KeyObject): Buffer {
  return createHash('sha1')
    .update(key.export({type: 'spki', format: 'der'}))
    .digest()
}

function commonNameOf({subject}: X509Certificate): string {
  return /^CN=(.*)$/m.exec(subject)?.[1] ?? ''
}

function pemOf(key: KeyObject): string {
  return key.export({type: 'pkcs8', format: 'pem'}) as string
}
