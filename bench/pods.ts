/**
 * What a pod costs as they grow in number: `node bench/pods.ts [RUNS]` (3 runs, a minute).
 *
 * A lab with two nodes and a ReplicaSet of so many kubia pods, from `podlab up` to its end: all of them are Ready. The lab without pods
 * is taken off, what is left is divided by the pods; a column that stays level is linear.
 */
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {markdown, median, podlab, timeOf} from './timing.ts'

const counts = [10, 50, 100, 200]
const runs = Number(process.argv[2] ?? 3)
const scratch = mkdtempSync(join(tmpdir(), 'podlab-bench-'))
const environment = {XDG_RUNTIME_DIR: scratch}

try {
  const empty = await upTime(0)
  const rows = [['pods', '`podlab up`', 'ms a pod', 'ratio', '`podlab down`']]
  let first: number | undefined
  for (const count of counts) {
    const {up, down} = await upTime(count)
    const each = (up - empty.up) / count
    first ??= each
    rows.push([
      `${count}`,
      `${Math.round(up)} ms`,
      each.toFixed(1),
      (each / first).toFixed(2),
      `${Math.round(down)} ms`,
    ])
  }
  process.stdout.write(`${markdown(rows)}\nWithout pods: ${Math.round(empty.up)} ms.\n`)
} finally {
  rmSync(scratch, {recursive: true})
}

async function upTime(pods: number): Promise<{up: number; down: number}> {
  const lab = writeLab(pods)
  const times: {up: number; down: number}[] = []
  for (let run = 0; run < runs; run++) {
    const {untilEnd: up} = await timeOf([...podlab, 'up', lab], {environment})
    const {untilEnd: down} = await timeOf([...podlab, 'down'], {environment})
    times.push({up, down})
  }
  return {up: median(times.map(({up}) => up)), down: median(times.map(({down}) => down))}
}

function writeLab(pods: number): string {
  const labels = {app: 'kubia'}
  const template = {metadata: {labels}, spec: {containers: [{name: 'kubia', image: 'luksa/kubia'}]}}
  const spec = {replicas: pods, selector: {matchLabels: labels}, template}
  const replicaSet = {apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: {name: 'kubia'}, spec}
  writeFileSync(join(scratch, 'pods.yaml'), JSON.stringify(replicaSet))
  const file = join(scratch, `pods-${pods}.yaml`)
  writeFileSync(file, JSON.stringify({title: `${pods} pods`, nodes: ['node1', 'node2'], manifests: ['pods.yaml']}))
  return file
}
