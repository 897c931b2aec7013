import type {TestFn} from 'ava'
import {askTests} from './_runtime-asks.ts'
import {endTests} from './_runtime-ends.ts'
import {logTests} from './_runtime-logs.ts'
import {machineTests} from './_runtime-machine.ts'
import {playedTests} from './_runtime-played.ts'
import {viewTests} from './_runtime-view.ts'
import {volumeTests} from './_runtime-volumes.ts'
import type {WatchedRuntime} from './_watched-runtime.ts'

/** What the runtime does with the real kernel, whoever runs it. */
export function runtimeTests(test: TestFn, runtime: WatchedRuntime): void {
  for (const tests of [viewTests, logTests, askTests, endTests, playedTests, volumeTests, machineTests])
    tests(test, runtime)
}
