import {readdirSync, readFileSync} from 'node:fs'
import {basename, join} from 'node:path'
import test from 'ava'
import {testApi} from './_api.ts'
import {agrees, expected} from './judged/_expected.ts'
import {play, type Server} from './judged/_play.ts'
import {readTopic} from './judged/_topic.ts'

const folder = join(import.meta.dirname, 'judged', 'recorded')

/** As the judge was made ready: with an account for pods, whose token nobody wants. */
async function podlab(): Promise<Server> {
  const {ask} = testApi()
  const body = {metadata: {name: 'default'}, automountServiceAccountToken: false}
  await ask('POST', '/api/v1/namespaces/default/serviceaccounts', {body})
  return async ({method, path, headers, body}) => ask(method, path, {headers, body})
}

for (const file of readdirSync(folder)) {
  const topic = readTopic(readFileSync(join(folder, file), 'utf8'))
  test(`podlab answers as kube-apiserver did: ${basename(file, '.yaml')}`, async t => {
    const answers = await play(topic, await podlab())
    topic.steps.forEach((step, index) => {
      const {seen, wanted} = expected(step, answers[index])
      t.deepEqual(seen, wanted, `${index + 1}: ${step.ask} ${JSON.stringify(step.set ?? step.body ?? {})}`)
    })
  })
}

test('a wrong answer is seen', async t => {
  const topic = readTopic(readFileSync(join(folder, 'services.yaml'), 'utf8'))
  const mute: Server = async () => ({status: 200, text: '{}'})
  const answers = await play(topic, mute)
  const agreed = topic.steps.filter((step, index) => agrees(step, answers[index]))
  t.deepEqual(
    agreed.map(({see}) => see),
    agreed.map(() => []),
  )
})

test('kube-apiserver was asked more than 500 questions', t => {
  const topics = readdirSync(folder).map(file => readTopic(readFileSync(join(folder, file), 'utf8')))
  const steps = topics.flatMap(({steps}) => steps)
  t.true(steps.length > 500)
  t.true(steps.every(({answer, podlab}) => answer !== undefined && podlab?.why !== ''))
})
