import type {Filter} from '../attempt.ts'
import {namedNodesFilter} from './named-nodes.ts'
import {nodeAffinityFilter} from './node-affinity.ts'
import {podAffinityFilter} from './pod-affinity.ts'
import {portsFilter} from './ports.ts'
import {resourcesFilter} from './resources.ts'
import {taintsFilter} from './taints.ts'
import {topologySpreadFilter} from './topology-spread.ts'
import {unschedulableFilter} from './unschedulable.ts'

/** In kube-scheduler's order: a node that fails is asked no further, and what it failed at is what people read. */
export const filters: readonly Filter[] = [
  namedNodesFilter,
  unschedulableFilter,
  taintsFilter,
  nodeAffinityFilter,
  portsFilter,
  resourcesFilter,
  topologySpreadFilter,
  podAffinityFilter,
]
