import test from 'ava'
import {mistakesIn} from '../_lab.ts'

/** A busybox pod, as a manifest on one line. */
export const pod = (name: string, image = 'busybox') =>
  `{apiVersion: v1, kind: Pod, metadata: {name: ${name}}, spec: {containers: [{name: main, image: ${image}}]}}`

/** A lab file, and each of its mistakes with the line and the column where it stands. */
export const refused = test.macro({
  exec: (t, text: string, ...expected: readonly string[]) => t.deepEqual(mistakesIn(text), expected),
  title: (title = '') => `refused: ${title}`,
})
