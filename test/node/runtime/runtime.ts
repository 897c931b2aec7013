import test from 'ava'
import {type RuntimeError, startRuntime} from '../../../src/node/runtime/runtime.ts'
import {startThread} from '../../../src/node/runtime/thread.ts'

/** A worker thread that is ready at once and then does what the text says, given `port` and each `message`. */
function worker(onMessage: string, first = "port.postMessage({type: 'ready'})"): URL {
  const text = `import {parentPort as port} from 'node:worker_threads'
    ${first}
    port.on('message', message => { if (message.name !== 'begin') { ${onMessage} } })`
  return new URL(`data:text/javascript,${encodeURIComponent(text)}`)
}

/** The runtime with that worker, and what it says of its end. */
async function runtimeOf(program: URL) {
  const died = Promise.withResolvers<Error>()
  const exits: string[] = []
  const exited = (id: string, code: number) => void exits.push(`${id} ${code}`)
  return {
    runtime: await startRuntime({exited, died: died.resolve, thread: startThread(program)}),
    died: died.promise,
    exits,
  }
}

const answers = 'port.postMessage({type: "answer", number: message.number, answer: {pid: message.number + 100}})'

test('each question gets its own answer', async t => {
  const {runtime} = await runtimeOf(worker(`setTimeout(() => ${answers}, 20 - message.number * 10)`))
  const ask = (netns: string) => runtime.hold({netns, hostname: netns, as: 'pod'})
  t.deepEqual(await Promise.all([ask('a'), ask('b'), ask('c')]), [100, 101, 102])
  await runtime.close()
})

test('what the worker could not do is an error of its kind', async t => {
  const failure = '{type: "failure", number: message.number, message: "no such program", kind: "StartError"}'
  const {runtime} = await runtimeOf(worker(`port.postMessage(${failure})`))
  const error = await t.throwsAsync<RuntimeError>(runtime.hold({netns: 'a', hostname: 'a', as: 'pod'}))
  t.like(error, {name: 'RuntimeError', message: 'no such program', kind: 'StartError'})
  await runtime.close()
})

test('a worker that does not start says why', async t => {
  const broken = worker('', "throw new Error('unshare(0x20000): EPERM')")
  await t.throwsAsync(runtimeOf(broken), {message: "the runtime's thread did not start: unshare(0x20000): EPERM"})
  await t.throwsAsync(runtimeOf(worker('', 'process.exit(7)')), {message: /did not start: it ended with code 7/})
})

const death = test.macro({
  exec: async (t, onMessage: string, message: RegExp) => {
    const {runtime, died} = await runtimeOf(worker(onMessage))
    await t.throwsAsync(runtime.release('a'), {message})
    t.regex((await died).message, message)
    await t.throwsAsync(runtime.release('a'), {message}, 'later questions do not hang')
  },
  title: (_, onMessage) => `when the worker does "${onMessage}", whoever waits and the daemon hear of it`,
})

test(death, "throw new TypeError('it broke')", /the runtime's thread broke: TypeError: it broke/)
test(death, 'process.exit(3)', /the runtime's thread ended with code 3/)

test('a runtime that was closed has not died', async t => {
  const {runtime, died} = await runtimeOf(worker(answers))
  await runtime.close()
  t.is(await Promise.race([died, Promise.resolve('nothing')]), 'nothing')
  await t.throwsAsync(runtime.release('a'), {message: 'the runtime is closed'})
})
