import type {Pod} from '../../objects/pod.ts'
import type {ContainerSurroundings} from './container-spec.ts'
import {podFiles} from './files.ts'
import type {Sandbox} from './pod-life.ts'
import type {PodTable} from './pod-table.ts'
import {serviceEnvironment} from './service-environment.ts'

/** What a container that starts now gets from its pod, its node and its lab. */
export function surroundingsOf({context, volumes}: PodTable, pod: Pod, {pausePid, ip}: Sandbox): ContainerSurroundings {
  const {serviceRange, images, hostIp, readFile: nodeFile} = context
  const {namespace = ''} = pod.metadata
  const links = pod.spec.enableServiceLinks ?? true
  return {
    pausePid,
    files: podFiles(pod, {ip, serviceRange, nodeFile}),
    images,
    addresses: {ip, hostIp},
    services: serviceEnvironment(context.services(), {namespace, links}),
    lookup: volumes.lookup,
    allocatable: context.allocatable(),
  }
}
