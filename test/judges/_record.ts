import {readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {basename, join} from 'node:path'
import {Document, isMap, isSeq, parseDocument, visit} from 'yaml'
import {play} from '../apiserver/judged/_play.ts'
import {readTopic} from '../apiserver/judged/_topic.ts'
import {startJudge} from './_kube-apiserver.ts'

/* Asks a real kube-apiserver all questions (or those of the topics that are named) and writes down what it says. */
const folder = join(import.meta.dirname, '..', 'apiserver', 'judged', 'recorded')
const wanted = process.argv.slice(2)
const files = readdirSync(folder).filter(file => wanted.length === 0 || wanted.includes(basename(file, '.yaml')))
for (const file of files) {
  const judge = await startJudge()
  try {
    const path = join(folder, file)
    const text = readFileSync(path, 'utf8')
    const answers = await play(readTopic(text), judge.ask)
    writeFileSync(path, withAnswers(text, answers))
    process.stdout.write(`${file}: ${answers.length} answers\n`)
  } finally {
    await judge.stop()
  }
}

function withAnswers(text: string, answers: readonly unknown[]): string {
  const document = parseDocument(text)
  const steps = document.get('steps')
  if (!isSeq(steps)) throw new Error('a topic has steps')
  answers.forEach((answer, index) => {
    const step = steps.items[index]
    if (isMap(step)) step.set('answer', flowInside(answer))
  })
  return document.toString({lineWidth: 120, flowCollectionPadding: false})
}

/** In blocks on the outside, on one line inside. */
function flowInside(answer: unknown) {
  const node = new Document(answer).contents
  visit(node, {
    Collection(_, one, path) {
      if (path.length > 3) one.flow = true
    },
  })
  return node
}
