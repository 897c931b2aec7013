import {mkdirSync, rmSync, truncateSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import type {TestFn} from 'ava'
import {type Accident, survives} from './_accidents.ts'
import type {Account} from './_podlab.ts'
import type {Scene} from './_scene.ts'

/* What is wrong in a lab, as its author hears of it from `podlab run`, by the code and the words. */
export function badLabs(test: TestFn, account: Account): void {
  survives(test, account, accidents)
}

const pod = (name: string, container: string) =>
  `{apiVersion: v1, kind: Pod, metadata: {name: ${name}}, spec: {containers: [{name: main, image: busybox, ${container}}], terminationGracePeriodSeconds: 1}}`
const service = (name: string, spec: string) =>
  `{apiVersion: v1, kind: Service, metadata: {name: ${name}}, spec: {${spec}}}`
const nodePort = 'type: NodePort, ports: [{port: 80, nodePort: 30080}]'
const sleeper = 'command: [sleep, infinity]'

/* The files of a lab, by name; the code, and the beginning of what is said, without the folder. */
const ran =
  (files: Readonly<Record<string, string>>, code: number, said: string | RegExp): Accident =>
  async (t, scene) => {
    const result = await runLab(scene, folder => {
      for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
    })
    t.is(result.code, code, result.said)
    if (typeof said === 'string') t.is(result.said.slice(0, said.length), said)
    else t.regex(result.said, said)
    t.notRegex(result.said, /bug in podlab|\n +at .*:\d+:\d+/)
  }

async function runLab({place, name}: Scene, write: (folder: string) => void) {
  const folder = join(place.folder, `${name}-bad`)
  mkdirSync(folder)
  write(folder)
  const {code, stdout, stderr} = await place.podlab('run', folder)
  rmSync(folder, {recursive: true})
  return {code, said: `${stderr}${stdout}`.replaceAll(`${folder}/`, '').replaceAll(folder, 'LAB')}
}

/* Two hundred Services of five lines; that of the last line of the first thousand has a port that there is not. */
const thousandLines = Array.from({length: 200}, (_, index) =>
  ['---', 'apiVersion: v1', 'kind: Service', `metadata: {name: s${index}}`].concat(
    `spec: {ports: [{port: ${index === 199 ? 80_000 : 80}}]}`,
  ),
).flat()

const bomb = Array.from(
  {length: 30},
  (_, level) => `b${level}: &b${level} [${level === 0 ? 'x, x' : `*b${level - 1}, *b${level - 1}`}]`,
)

const crashes = (container: string, check: string) => ({
  'lab.yaml': `nodes: [node1]\nscenario:\n  - apply: bad.yaml\n  - check: {object: {of: pod/bad, ${check}, within: 20s}}\n`,
  'bad.yaml': pod('bad', container),
})

const accidents: Readonly<Record<string, Accident>> = {
  'a node address outside the underlay': ran(
    {'lab.yaml': 'nodes: [{name: a, address: 10.9.9.9}]\n'},
    2,
    'lab.yaml:1:28: the address 10.9.9.9 lies outside the underlay 10.0.20.0/24\n',
  ),
  'an underlay too small for the nodes': ran(
    {'lab.yaml': 'cluster: {underlay: 10.0.20.0/30}\nnodes: {count: 5}\n'},
    2,
    'lab.yaml:2:8: underlay 10.0.20.0/30 has no address left for node2 and 3 more\n',
  ),
  'a pod network too small for the nodes': ran(
    {'lab.yaml': 'cluster: {podNetwork: 172.17.0.0/23}\nnodes: {count: 5}\n'},
    2,
    'lab.yaml:2:8: podNetwork 172.17.0.0/23 has no subnet left for node4 and 1 more\n',
  ),
  'more pods than a pod subnet holds': ran(
    {
      'lab.yaml': `nodes: [{name: a, podSubnet: 172.17.1.0/29}]\nmanifests:\n${[1, 2, 3, 4, 5, 6].map(n => `  - ${pod(`p${n}`, sleeper)}\n`).join('')}`,
    },
    2,
    /6 pods want an address, and the pod subnet 172\.17\.1\.0\/29 of a has 5\n/,
  ),
  'a pod that a step brings to a full pod subnet': ran(
    {
      'lab.yaml': `nodes: [{name: a, podSubnet: 172.17.1.0/29}]\nmanifests:\n${[1, 2, 3, 4, 5].map(n => `  - ${pod(`p${n}`, sleeper)}\n`).join('')}scenario: [apply: more.yaml]\n`,
      'more.yaml': pod('more', sleeper),
    },
    2,
    'more.yaml:1:46: 6 pods want an address, and the pod subnet 172.17.1.0/29 of a has 5\n',
  ),
  'a step that waits for a selector that matches nothing': ran(
    {'lab.yaml': 'nodes: [a]\nscenario:\n  - wait: {pods: {selector: app=nope, ready: 1, within: 1s}}\n'},
    1,
    /\n +expected: 1 pod with app=nope, ready\n +seen: no pod\n/,
  ),
  'a check from a selector that matches nothing': ran(
    {'lab.yaml': 'nodes: [a]\nchecks:\n  - reaches: {from: pod/app=nope, to: "http://10.96.0.1", within: 1s}\n'},
    1,
    /\n +seen: no pod with app=nope is ready \(\d+ tries\)\n/,
  ),
  'a Service whose selector matches nothing': ran(
    {
      'lab.yaml': `nodes: [a]\nmanifests:\n  - ${service('one', 'clusterIP: 10.98.0.1, selector: {app: nope}, ports: [{port: 80}]')}\nchecks:\n  - refuses: {from: node/a, to: "10.98.0.1:80", within: 2s}\n`,
    },
    0,
    /1 of 1 check passed\n$/,
  ),
  'a port out of range': ran(
    {'lab.yaml': `nodes: [a]\nmanifests:\n  - ${service('one', 'ports: [{port: 80000}]')}\n`},
    2,
    /^lab\.yaml:3:82: spec\.ports\[0\]\.port: Invalid value: 80000: must be between 1 and 65535, inclusive\n/,
  ),
  'a node port that is taken': ran(
    {'lab.yaml': `nodes: [a]\nmanifests:\n  - ${service('one', nodePort)}\n  - ${service('two', nodePort)}\n`},
    2,
    /^lab\.yaml:4:\d+: the node port 30080\/TCP is taken by Service one\n/,
  ),
  'a folder without a lab': ran({}, 2, 'LAB: this folder holds no lab.yaml'),
  'a folder where the lab file should be': async (t, scene) => {
    const {code, said} = await runLab(scene, folder => mkdirSync(join(folder, 'lab.yaml')))
    t.deepEqual({code, said: said.split('\n')[0]}, {code: 2, said: 'LAB: this folder holds no lab.yaml'})
  },
  'a lab file of 50 MB': async (t, scene) => {
    const {code, said} = await runLab(scene, folder => {
      writeFileSync(join(folder, 'lab.yaml'), '')
      truncateSync(join(folder, 'lab.yaml'), 50 * 2 ** 20)
    })
    t.deepEqual(
      {code, said},
      {code: 2, said: 'lab.yaml: the lab file has 52428800 bytes; the limit is 1048576, 1 MB\n'},
    )
  },
  'aliases of aliases of aliases': ran(
    {'lab.yaml': `${bomb.join('\n')}\n`},
    2,
    'lab.yaml:1:1: too many aliases: the document unfolds to an enormous one\n',
  ),
  'one mistake in a manifest of a thousand lines': ran(
    {'lab.yaml': 'nodes: [a]\nmanifests: [all.yaml]\n', 'all.yaml': `${thousandLines.join('\n')}\n`},
    2,
    /^all\.yaml:1000:\d+: spec\.ports\[0\]\.port: Invalid value: 80000: must be between 1 and 65535, inclusive\n/,
  ),
  'an image that exits at once': ran(
    crashes('command: ["true"]', 'path: "status.containerStatuses[0].state.waiting.reason", equals: CrashLoopBackOff'),
    0,
    /./,
  ),
  'a probe that hangs': ran(
    crashes(
      `${sleeper}, livenessProbe: {exec: {command: [sleep, "1000"]}, timeoutSeconds: 1, periodSeconds: 1, failureThreshold: 1}`,
      'path: "status.containerStatuses[0].restartCount", equals: 1',
    ),
    0,
    /./,
  ),
  'two labs with the same networks at the same time': async (t, {place, name}) => {
    const names = [`${name}-a`, `${name}-b`]
    const labs = names.map(lab => place.lab(lab, `nodes: [a, b]\nmanifests:\n  - ${pod(lab, sleeper)}\n`))
    const ups = await Promise.all(labs.map(lab => place.podlab('up', lab)))
    t.deepEqual(
      ups.map(({code, stderr}) => ({code, stderr})),
      names.map(() => ({code: 0, stderr: ''})),
    )
    for (const lab of names) {
      const said = await place.podlab(
        'exec',
        '--lab',
        lab,
        `pod/${lab}`,
        '--',
        'sh',
        '-c',
        'hostname; ip -4 -o address',
      )
      t.regex(said.stdout, new RegExp(`^${lab}\\n[^]* inet 172\\.17\\.1\\.2/24 `))
    }
    t.is((await place.podlab('down', '--all')).code, 0)
    for (const lab of labs) rmSync(lab, {recursive: true})
  },
}
