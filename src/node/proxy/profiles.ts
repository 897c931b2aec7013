import type {IptablesTable, RulesPlanTable} from '../../kernel/ruleset.ts'
import type {ProfileName} from './configuration.ts'
import * as modern from './iptables-base.ts'
import {type ServiceContext, serviceRows} from './iptables-service.ts'
import type {ProxyContext} from './proxy-mode.ts'
import type {Row} from './rule.ts'
import type {ServicePort} from './service-port.ts'
import * as old from './v1-18/base.ts'
import {serviceRows as oldServiceRows} from './v1-18/service.ts'

/** The rules of iptables mode as one version of Kubernetes writes them. */
export type IptablesProfile = {
  readonly baseChains: Readonly<Partial<Record<IptablesTable, readonly string[]>>>
  readonly baseJumps: Readonly<Partial<Record<IptablesTable, RulesPlanTable['jumps']>>>
  fixedRows(context: modern.BaseContext): readonly Row[]
  serviceRows(port: ServicePort, context: ServiceContext): readonly Row[]
}

const profiles = {
  'v1.30': {...modern, serviceRows},
  'v1.18': {...old, serviceRows: oldServiceRows},
} as const satisfies Readonly<Record<ProfileName, IptablesProfile>>

export function profileOf({profile = 'v1.30'}: Pick<ProxyContext, 'profile'>): IptablesProfile {
  return profiles[profile]
}

/** So that a full sync finds what another version has left. */
export const chainsOfAllProfiles: readonly string[] = [
  ...new Set(Object.values(profiles).flatMap(({baseChains}) => Object.values(baseChains).flat())),
]
