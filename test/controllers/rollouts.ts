import test, {type ExecutionContext} from 'ava'
import fc from 'fast-check'
import type {Controller} from '../../src/controllers/controller.ts'
import {controllers} from '../../src/controllers/index.ts'
import type {Deployment} from '../../src/objects/deployment.ts'
import {isReady, isTerminating} from '../../src/objects/pod-status.ts'
import {follow} from '../../src/store/follow.ts'
import {sampleDeployment, templateOf} from '../objects/_samples.ts'
import {simulation} from './_simulation.ts'
import {context} from './_world.ts'

type World = ReturnType<typeof simulation>

/** `calm` steps take no pod away and want no more of them: none of them may cost an available pod too many. */
type Step = {readonly text: string; readonly calm: boolean; readonly run: (world: World) => unknown}

const nth = <T>(items: readonly T[], index: number): T | undefined => items[index % Math.max(1, items.length)]
const webPods = (world: World) => world.pods().filter(({metadata}) => metadata.labels?.app === 'web')

const step = (text: string, calm: boolean, run: Step['run']): Step => ({text, calm, run})

const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc
      .nat(7)
      .map(n => step(`scale to ${n}`, false, world => world.change('Deployment', 'web', {replicas: n}))),
  },
  {
    weight: 3,
    arbitrary: fc
      .constantFrom('busybox:1', 'busybox:2', 'busybox:3')
      .map(image =>
        step(image, true, world => world.change('Deployment', 'web', {template: templateOf('web', image)})),
      ),
  },
  {
    weight: 1,
    arbitrary: fc
      .boolean()
      .map(paused => step(`paused ${paused}`, true, world => world.change('Deployment', 'web', {paused}))),
  },
  {
    weight: 8,
    arbitrary: fc.nat(20).map(index =>
      step(`a pod starts or ends ${index}`, true, world => {
        const pod = nth(
          webPods(world).filter(pod => isTerminating(pod) || (!isReady(pod) && pod.spec.nodeName)),
          index,
        )
        return pod && (isTerminating(pod) ? world.gone(pod) : world.run(pod))
      }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.nat(20).map(index =>
      step(`a pod dies ${index}`, false, world => {
        const pod = nth(webPods(world), index)
        return pod && world.gone(pod)
      }),
    ),
  },
)

type RollingUpdate = {readonly maxSurge: number | string; readonly maxUnavailable: number | string}

const share = fc.constantFrom<number | string>(0, 1, 2, '25%', '50%', '100%')
const strategies: fc.Arbitrary<RollingUpdate> = fc
  .record({maxSurge: share, maxUnavailable: share})
  .filter(({maxSurge, maxUnavailable}) => maxSurge !== 0 || maxUnavailable !== 0)

/** The same as Kubernetes says it in words: above rounded up, below rounded down, and never both nothing. */
function bounds(wanted: number, {maxSurge, maxUnavailable}: RollingUpdate) {
  const part = (value: number | string) =>
    typeof value === 'number' ? value : (wanted * Number(value.slice(0, -1))) / 100
  const [above, below] = [Math.ceil(part(maxSurge)), Math.floor(part(maxUnavailable))]
  return {most: wanted + above, least: wanted - (above + below === 0 ? 1 : below)}
}

test('a rolling update never has too many pods nor too few available ones, and ends in what is wanted', async t => {
  const sizes = fc.integer({min: 1, max: 6})
  await fc.assert(
    fc.asyncProperty(fc.array(steps, {maxLength: 40}), strategies, sizes, async (chosen, rollingUpdate, replicas) => {
      const world = simulation()
      const strategy = {type: 'RollingUpdate', rollingUpdate} as const
      world.objects.apply([sampleDeployment('web', {replicas, strategy}, 'busybox:1')])
      await world.settle()
      const names = new Map<string, string>()
      let enough = true
      for (const {run, calm} of chosen) {
        run(world)
        await world.idle()
        const {most, least} = bounds(deploymentOf(world).spec.replicas ?? 1, rollingUpdate)
        t.true(webPods(world).filter(pod => !isTerminating(pod)).length <= most)
        t.true(available(world) >= least || !calm || !enough)
        enough = available(world) >= least
        t.true(namesStay(world, names))
      }
      world.change('Deployment', 'web', {paused: false})
      await world.settle()
      isWanted(t, world)
      isQuiet(t, world)
      await world.stop()
    }),
    {numRuns: 100},
  )
})

function deploymentOf(world: World): Deployment {
  const found = world.store.get('Deployment', {namespace: 'default', name: 'web'})
  if (found === undefined) throw new Error('the deployment is gone')
  return found
}

function available(world: World): number {
  return webPods(world).filter(pod => isReady(pod) && !isTerminating(pod)).length
}

/** One template has one set's name, whenever it comes back. */
function namesStay(world: World, names: Map<string, string>): boolean {
  return world.store.list('ReplicaSet').every(({metadata, spec}) => {
    const image = spec.template.spec.containers[0]?.image ?? ''
    const before = names.get(image) ?? metadata.name
    names.set(image, before)
    return before === metadata.name
  })
}

function isWanted(t: ExecutionContext, world: World): void {
  const {spec, status} = deploymentOf(world)
  const wanted = spec.replicas ?? 1
  const image = spec.template.spec.containers[0]?.image
  const pods = webPods(world)
  t.is(pods.length, wanted)
  t.true(pods.every(pod => pod.spec.containers[0]?.image === image && isReady(pod)))
  t.is(status?.updatedReplicas ?? 0, wanted)
  t.is(status?.availableReplicas ?? 0, wanted)
  t.is(status?.unavailableReplicas, undefined)
  t.is(status?.conditions?.find(({type}) => type === 'Progressing')?.reason, 'NewReplicaSetAvailable')
}

/** Nobody has anything left to write. */
function isQuiet(t: ExecutionContext, world: World): void {
  const followed = follow(world.store)
  const changes = followed.catchUp()
  const keys = (controller: Controller) =>
    changes
      .filter(({object}) => controller.watches.includes(object.kind))
      .flatMap(change => controller.keysOf(change, followed.view))
  for (const controller of controllers)
    for (const key of keys(controller))
      t.deepEqual(controller.reconcile(key, followed.view, context), [], `${controller.name} ${key.name}`)
}
