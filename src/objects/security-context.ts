import {boolean, integer, list, oneOf, record, type Schema, string} from './schema.ts'

/**
 * Who a container's processes are. Kept as written: in a lab everything runs as the user who started it, so nothing of it limits
 * anybody. Sysctls are another matter, as they change the pod's network: the node refuses a pod that has them.
 */
export type PodSecurityContext = {
  readonly sysctls?: readonly {readonly name: string; readonly value: string}[]
  readonly [field: string]: unknown
}

const id = integer(0, 2 ** 31 - 1, 'must be between 0 and 2147483647, inclusive')

const shared: Readonly<Record<string, Schema>> = {
  runAsUser: id,
  runAsGroup: id,
  runAsNonRoot: boolean,
  seLinuxOptions: record({level: string, role: string, type: string, user: string}),
  seccompProfile: record({type: oneOf('Localhost', 'RuntimeDefault', 'Unconfined'), localhostProfile: string}, [
    'type',
  ]),
  appArmorProfile: record({type: oneOf('Localhost', 'RuntimeDefault', 'Unconfined'), localhostProfile: string}, [
    'type',
  ]),
  windowsOptions: record({
    gmsaCredentialSpec: string,
    gmsaCredentialSpecName: string,
    hostProcess: boolean,
    runAsUserName: string,
  }),
}

export const podSecuritySchema: Schema = record({
  ...shared,
  fsGroup: id,
  fsGroupChangePolicy: oneOf('OnRootMismatch', 'Always'),
  supplementalGroups: list(id),
  supplementalGroupsPolicy: oneOf('Merge', 'Strict'),
  seLinuxChangePolicy: oneOf('MountOption', 'Recursive'),
  sysctls: list(record({name: string, value: string}, ['name', 'value'])),
})

export const containerSecuritySchema: Schema = record({
  ...shared,
  allowPrivilegeEscalation: boolean,
  capabilities: record({add: list(string), drop: list(string)}),
  privileged: boolean,
  procMount: oneOf('Default', 'Unmasked'),
  readOnlyRootFilesystem: boolean,
})
