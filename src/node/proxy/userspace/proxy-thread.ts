import {Worker} from 'node:worker_threads'
import type {Opened, Order, ProxyCall, Question, Report, Verdict} from './protocol.ts'

/** The thread in which the userspace proxies of all nodes of a process live. */
export type ProxyThread = {
  ask(question: Question): Promise<readonly Opened[]>
  close(): Promise<void>
}

export type ProxyThreadTools = {
  /** Hears if the thread ends by itself. */
  readonly died: (error: Error) => void
  /** What a guarded node's proxy may do. */
  readonly judge: (netns: string, call: ProxyCall) => Verdict
}

/** Starts the thread. It does not keep the process alive. */
export async function startProxyThread(
  {died, judge}: ProxyThreadTools,
  program: URL = workerProgram,
): Promise<ProxyThread> {
  const worker = new Worker(program)
  const asked = new Map<number, PromiseWithResolvers<readonly Opened[]>>()
  const {promise: ready, resolve, reject} = Promise.withResolvers<void>()
  let numbers = 0
  let end: Error | undefined
  let isClosed = false

  const order = (one: Order) => worker.postMessage(one)
  const finish = (error: Error) => {
    if (end) return
    end = error
    reject(error)
    for (const question of asked.values()) question.reject(error)
    asked.clear()
    if (!isClosed) died(error)
  }

  worker.on('message', (report: Report) => {
    switch (report.type) {
      case 'ready':
        return resolve()
      case 'done':
        asked.get(report.number)?.resolve(report.opened)
        return void asked.delete(report.number)
      case 'failed':
        asked.get(report.number)?.reject(new Error(report.message))
        return void asked.delete(report.number)
      case 'call':
        return order({type: 'verdict', number: report.number, verdict: judge(report.netns, report.call)})
    }
  })
  worker.once('error', cause => finish(new Error(`the thread of the userspace proxy broke: ${cause.stack}`, {cause})))
  worker.once('exit', code => finish(new Error(`the thread of the userspace proxy ended with code ${code}`)))
  worker.unref()
  await ready

  return {
    ask: async question => {
      if (end) throw end
      const number = numbers++
      const answer = Promise.withResolvers<readonly Opened[]>()
      asked.set(number, answer)
      order({type: 'question', number, question})
      return answer.promise
    },
    close: async () => {
      isClosed = true
      await worker.terminate()
    },
  }
}

const workerProgram = new URL(`./worker${import.meta.url.slice(-3)}`, import.meta.url)
