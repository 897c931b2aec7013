import type {Protocol} from './container.ts'
import type {KubeObject} from './kube-object.ts'

/** Where a service's packets may go now. Has the service's name. */
export type Endpoints = KubeObject & {
  readonly apiVersion: 'v1'
  readonly kind: 'Endpoints'
  readonly subsets?: readonly EndpointSubset[]
}

/** Every address of it offers every port of it. */
export type EndpointSubset = {
  readonly addresses?: readonly EndpointAddress[]
  readonly notReadyAddresses?: readonly EndpointAddress[]
  readonly ports?: readonly EndpointPort[]
}

export type EndpointAddress = {
  readonly ip: string
  readonly hostname?: string
  readonly nodeName?: string
  readonly targetRef?: EndpointTarget
}

/** The pod behind an address. */
export type EndpointTarget = {
  readonly kind: string
  readonly namespace?: string
  readonly name: string
  readonly uid?: string
  readonly apiVersion?: string
  readonly resourceVersion?: string
  readonly fieldPath?: string
}

export type EndpointPort = {
  readonly name?: string
  readonly port: number
  readonly protocol?: Protocol
  readonly appProtocol?: string
}
