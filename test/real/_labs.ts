import {spawnSync} from 'node:child_process'
import {globSync, mkdirSync, rmSync} from 'node:fs'
import {basename, dirname, join} from 'node:path'
import type {ExecutionContext, TestFn} from 'ava'
import {checks} from '../../src/exercise/checks/index.ts'
import type {Lab} from '../../src/lab/lab.ts'
import {readLabFile} from '../../src/lab/lab-files.ts'
import {loadLab} from '../../src/lab/parse.ts'
import {difference, hostPicture} from './_host.ts'
import {mayUseIpvs} from './_no-ipvs.ts'
import {type Account, eventually, makePlace, type Place} from './_podlab.ts'

/*
 * Every lab of labs/, run as a learner runs it, with every overlay that it can be run with. A lab with another overlay than its own is
 * a lab of two lines that includes it.
 */
const overlays: readonly Lab['cluster']['overlay'][] = ['vxlan', 'udp', 'host-gw']

/** What a lab says of one overlay: then it is run with no other. */
const teachesOne: Readonly<Record<string, string>> = {
  'dual-stack': 'it goes from vxlan to host-gw by itself, and udp carries no IPv6',
  'flannel-udp': 'it teaches udp',
  'flannel-vxlan': 'it teaches vxlan',
  'host-gw': 'it teaches host-gw',
  mtu: "it teaches what becomes of vxlan's fifty bytes",
}

const cannot: Readonly<Record<string, string>> = {
  'nodeport, host-gw': 'a step shows the address of the tunnel, which host-gw lacks',
}

/** The one check of a lab that is about its own overlay. With another it fails, and so shows that these tests can. */
const aboutItsOverlay: Readonly<Record<string, string>> = {
  kubia: "The way to the other node's pods leads through flannel.1",
}

/** Labs that make hundreds of calls, for which a busy machine wants more time than a learner's. */
const manyCalls: readonly string[] = ['proxy-iptables', 'session-affinity', 'traffic-split']

const root = join(import.meta.dirname, '../..')

export function everyLab(test: TestFn, account: Account): void {
  const place = makePlace(account)
  const labs = join(place.folder, 'labs')
  mkdirSync(labs)
  const before = hostPicture(place.folder)
  test.after.always(async t => {
    rmSync(labs, {recursive: true})
    mkdirSync(labs)
    const left = () => difference(before, hostPicture(place.folder))
    await eventually('nothing is left', () => Object.keys(left()).length === 0).catch(() => undefined) // it is told below
    const found = left()
    place.remove()
    t.deepEqual(found, {})
  })

  for (const file of globSync('labs/*/lab.yaml', {cwd: root}).sort()) {
    const name = basename(dirname(file))
    const {cluster, nodes, scenario} = loadLab(join(root, file), {readFile: readLabFile, checks})
    const skipped = whySkipped({cluster, scenario}, account, place)
    if (skipped !== undefined) {
      test.serial.skip(`${account.name}: labs/${name} (skipped: ${skipped})`, () => undefined)
      continue
    }
    test.serial(`${account.name}: labs/${name} is played and earns every point`, async t =>
      t.deepEqual(await failures(t, place, join(root, dirname(file))), []),
    )
    if (nodes.length === 1) continue
    for (const overlay of overlays.filter(other => other !== cluster.overlay)) {
      const why = teachesOne[name] ?? cannot[`${name}, ${overlay}`]
      const title = `${account.name}: labs/${name} with ${overlay}`
      if (why !== undefined) test.serial.skip(`${title} (skipped: ${why})`, () => undefined)
      else
        test.serial(`${title} does what it does with ${cluster.overlay}`, async t => {
          const lab = place.lab(
            `labs/${name}-${overlay}`,
            `include: [${join(root, file)}]\ncluster: {overlay: ${overlay}}\n`,
          )
          const own = aboutItsOverlay[name]
          t.deepEqual(await failures(t, place, lab), own === undefined ? [] : [own])
        })
    }
  }
}

function canRunKubectl({account, environment, folder}: Place): boolean {
  const [program = '', ...words] = [...account.way, 'kubectl', 'version', '--client']
  return spawnSync(program, words, {cwd: folder, env: environment}).status === 0
}

/* The titles of the checks that fail. A scenario that stops says so instead, with all that is known of it. */
async function failures(t: ExecutionContext, place: Place, lab: string): Promise<readonly string[]> {
  const patience = manyCalls.some(name => basename(lab).startsWith(name)) ? ['--patience', '4'] : []
  const {code, stdout, stderr} = await place.podlab('run', lab, '--report', 'json', ...patience)
  t.is(stderr, '')
  const {scenario, grade} = JSON.parse(stdout)
  if (!scenario.pass) return [stdout]
  const failed = grade.results.filter(({verdict}: {verdict: {pass: boolean}}) => !verdict.pass)
  t.deepEqual([code, grade.points === grade.of], failed.length > 0 ? [1, false] : [0, true])
  return failed.map(({title}: {title: string}) => title)
}

function whySkipped(
  {cluster, scenario}: Pick<Lab, 'cluster' | 'scenario'>,
  account: Account,
  place: Place,
): string | undefined {
  if (cluster.proxyMode === 'ipvs' && !mayUseIpvs(account))
    return `no ip_vs for ${account.name}; test/vm/labs.ts plays it in a machine that has it`
  if (scenario.some(step => step.do === 'kubectl') && !canRunKubectl(place))
    return `no kubectl is on the PATH of ${account.name}`
  return undefined
}
