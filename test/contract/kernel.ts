import type {TestFn} from 'ava'
import type {Kernel} from '../../src/kernel/kernel.ts'
import {cascades} from './kernel/cascades.ts'
import {convergence} from './kernel/convergence.ts'
import {creation} from './kernel/creation.ts'
import {mechanisms} from './kernel/mechanisms.ts'
import {refusals} from './kernel/refusals.ts'
import {tables} from './kernel/tables.ts'

/** What every kernel does. `runs` bounds the walks from state to state. */
export function kernelContract(test: TestFn, kernel: Kernel, {runs}: {runs: number}): void {
  creation(test, kernel)
  convergence(test, kernel, runs)
  mechanisms(test, kernel)
  cascades(test, kernel)
  refusals(test, kernel)
  tables(test, kernel)
}
