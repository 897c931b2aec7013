import type {Score} from '../attempt.ts'
import {leastAllocated} from './least-allocated.ts'
import {preferredCompany} from './preferred-company.ts'
import {preferredNodes} from './preferred-nodes.ts'
import {spreadEvenly} from './spread-evenly.ts'
import {unwelcomeTaints} from './unwelcome-taints.ts'

/** What makes one node better than another, with kube-scheduler's weights. */
export const scores: readonly {readonly weight: number; readonly score: Score}[] = [
  {weight: 3, score: unwelcomeTaints},
  {weight: 2, score: preferredNodes},
  {weight: 2, score: spreadEvenly},
  {weight: 2, score: preferredCompany},
  {weight: 1, score: leastAllocated},
]
