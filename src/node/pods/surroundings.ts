import type {Pod} from '../../objects/pod.ts'
import type {ContainerSurroundings} from './container-spec.ts'
import {podFiles} from './files.ts'
import type {Sandbox} from './pod-life.ts'
import type {PodTable} from './pod-table.ts'
import {serviceEnvironment} from './service-environment.ts'

/** What a container that starts now gets from its pod, its node and its lab. */
export function surroundingsOf(
  {context, volumes}: PodTable,
  pod: Pod,
  {pausePid, ip, ip6}: Sandbox,
): ContainerSurroundings {
  const {serviceRange, images, hostIp, hostIp6, readFile: nodeFile} = context
  const {namespace = ''} = pod.metadata
  const links = pod.spec.enableServiceLinks ?? true
  return {
    pausePid,
    files: podFiles(pod, {ip, ...(ip6 && {ip6}), serviceRange, nodeFile}),
    images,
    addresses: {ip, hostIp, ...(ip6 && {ip6}), ...(hostIp6 && {hostIp6})},
    services: serviceEnvironment(context.services(), {namespace, links}),
    lookup: volumes.lookup,
    allocatable: context.allocatable(),
  }
}
