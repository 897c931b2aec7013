import {ask} from '../../cluster/control.ts'
import {flowchartOf} from '../../cluster/graph/flowchart.ts'
import {printMermaid} from '../../cluster/graph/mermaid.ts'
import {svgOf} from '../../cluster/graph/svg.ts'
import {type Topology, topologyOf} from '../../cluster/graph/topology.ts'
import {wordsOf} from '../../cluster/graph/words.ts'
import {chooseLab, type RunningLab, runningLabs} from '../../cluster/running-labs.ts'
import {type CommandRun, UsageError} from '../command.ts'
import {exitCode} from '../exit-code.ts'
import {readLab, runningName} from '../find-lab.ts'
import {openSink} from '../sink.ts'

/** Draws what hangs together in a lab that is up, or would in one that is not. */
export const run: CommandRun = async ([word], {svg, mermaid}) => {
  if (svg !== undefined && mermaid) throw new UsageError('--svg or --mermaid: choose one')
  const topology = await findTopology(word)
  const picture =
    svg === undefined ? (mermaid ? printMermaid(flowchartOf(topology)) : wordsOf(topology)) : svgOf(topology)
  const sink = await openSink(svg === undefined ? '-' : String(svg), {isText: true})
  try {
    await sink.write(picture)
  } finally {
    await sink.close()
  }
  return exitCode.good
}

/* A word names a running lab, by its name or by what it was brought up from; else it has to be a lab file. */
async function findTopology(word: unknown): Promise<Topology> {
  const name = await runningName(word).catch(error => {
    if (error instanceof UsageError) return undefined
    throw error
  })
  if (word === undefined || (name !== undefined && (await isUp(name))))
    return liveTopology(await chooseLab(name, 'podlab graph NAME'))
  const {lab} = await readLab(word, [])
  const applied = lab.scenario.flatMap(step => (step.do === 'apply' ? step.objects : []))
  return topologyOf(lab, [...lab.manifests, ...applied], {isUp: false})
}

async function isUp(name: string): Promise<boolean> {
  return (await runningLabs()).some(({session}) => session.name === name)
}

async function liveTopology({session}: RunningLab): Promise<Topology> {
  const within = () => AbortSignal.timeout(answerWithin)
  const [lab, ...objects] = await Promise.all([
    ask(session.socket, 'lab', {}, within()),
    ...['Pod', 'Service'].map(kind => ask(session.socket, 'list', {kind}, within())),
  ])
  return topologyOf(lab, objects.flat(), {isUp: true})
}

const answerWithin = 5000
