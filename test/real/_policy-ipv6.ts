import {join} from 'node:path'
import type {TestFn} from 'ava'
import {ask} from '../../src/cluster/control.ts'
import type {NetworkPolicySpec} from '../../src/objects/network-policy.ts'
import type {Pod} from '../../src/objects/pod.ts'
import {policyOf} from '../node/policy/_worlds.ts'
import {type Account, makePlace, sessionFolder} from './_podlab.ts'

/*
 * NetworkPolicies in a cluster with two families of addresses:
 *
 *   far: friend (role=friend)        near: client, web (app=web, http 8080)
 */
const labFile = `
cluster: {ipFamilies: [IPv4, IPv6], dns: false}
nodes: [far, near]
manifests:
  - {apiVersion: v1, kind: Pod, metadata: {name: client}, spec: {nodeName: near, containers: [{name: main, image: curlimages/curl, command: [sleep, infinity]}]}}
  - {apiVersion: v1, kind: Pod, metadata: {name: friend, labels: {role: friend}}, spec: {nodeName: far, containers: [{name: main, image: curlimages/curl, command: [sleep, infinity]}]}}
  - {apiVersion: v1, kind: Pod, metadata: {name: web, labels: {app: web}}, spec: {nodeName: near, containers: [{name: main, image: luksa/kubia, ports: [{name: http, containerPort: 8080}]}]}}
`

export function policyIpv6Suite(test: TestFn, account: Account): void {
  test.serial(`${account.name}: a policy holds for both families of addresses`, async t => {
    t.timeout(180_000)
    const place = makePlace(account)
    const name = place.name('policy6')
    t.teardown(async () => {
      await place.podlab('down', '--all')
      place.remove()
    })
    const {code, stderr} = await place.podlab('up', place.lab(name, labFile))
    t.deepEqual({code, stderr}, {code: 0, stderr: ''})
    const socket = join(sessionFolder(place, name), 'control.sock')
    const [web] = (await ask(socket, 'list', {kind: 'Pod', selector: 'app=web'})) as readonly Pod[]
    const addresses = (web?.status?.podIPs ?? []).map(({ip}) => ip)
    t.is(addresses.length, 2)
    /** How curl ended, by family: 0 for an answer, 28 for none. */
    const curls = async (target: string) => {
      const codes: (number | null)[] = []
      for (const ip of addresses) {
        const host = ip.includes(':') ? `[${ip}]` : ip
        const words = ['curl', '-gsS', '-o', '/dev/null', '--max-time', '3', `http://${host}:8080`]
        codes.push((await place.podlab('exec', '--lab', name, target, '--', ...words)).code)
      }
      return codes
    }
    const write = async (spec: NetworkPolicySpec) => {
      await ask(socket, 'apply', {objects: [policyOf('web', 'default', spec)]})
      t.deepEqual((await ask(socket, 'settled', {withinMs: 30_000})).waitingFor, [])
    }
    const podSelector = {matchLabels: {app: 'web'}}
    t.deepEqual(
      [await curls('pod/client'), await curls('pod/friend')],
      [
        [0, 0],
        [0, 0],
      ],
    )

    const friends = {podSelector: {matchLabels: {role: 'friend'}}}
    await write({podSelector, ingress: [{from: [friends], ports: [{port: 'http'}]}]})
    t.deepEqual(
      [await curls('pod/client'), await curls('pod/friend')],
      [
        [28, 28],
        [0, 0],
      ],
    )
    t.deepEqual(
      [await curls('node/near'), await curls('node/far')],
      [
        [0, 0],
        [28, 28],
      ],
      'its own node always gets through',
    )

    await write({podSelector, ingress: [{from: [{ipBlock: {cidr: '::/0'}}]}]})
    t.deepEqual(
      [await curls('pod/client'), await curls('pod/friend')],
      [
        [28, 0],
        [28, 0],
      ],
    )
  })
}
