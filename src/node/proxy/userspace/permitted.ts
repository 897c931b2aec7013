import type {ProxyCall, Verdict} from './protocol.ts'

/** An endpoint that may be called; `isVouched` when its node has to be told that this one has judged the client. */
export type Called = {readonly endpoint: string; readonly isVouched: boolean}

/**
 * For one client the endpoint to call, and the next one when that did not answer; undefined when there is none. It is known at once as
 * long as no policies hold, and nobody has to be asked.
 */
export type Endpoints = (why: 'first' | 'no answer') => Called | undefined | Promise<Called | undefined>

/** Names endpoints in turn; one that was forbidden does not come again. */
export type Choose = (why: 'first' | 'no answer' | 'forbidden') => string | undefined

/** Whether a call may be made; a promise when somebody is asked, undefined when he did not answer in time. */
export type Judge = (call: ProxyCall) => 'as the node' | Promise<Verdict | undefined>

/** Passes over the endpoints that may not be called. They cost no time, unlike those that do not answer. */
export function permittedEndpoints(choose: Choose, judge: (endpoint: string) => ReturnType<Judge>): Endpoints {
  return why => {
    const endpoint = choose(why)
    if (endpoint === undefined) return undefined
    const verdict = judge(endpoint)
    return verdict === 'as the node' ? {endpoint, isVouched: false} : whenJudged({endpoint, verdict}, choose, judge)
  }
}

async function whenJudged(
  first: {readonly endpoint: string; readonly verdict: ReturnType<Judge>},
  choose: Choose,
  judge: (endpoint: string) => ReturnType<Judge>,
): Promise<Called | undefined> {
  let {endpoint, verdict} = first
  while (true) {
    switch (await verdict) {
      case 'as the node':
        return {endpoint, isVouched: false}
      case 'for the client':
        return {endpoint, isVouched: true}
      case undefined:
        return undefined
      case 'not at all': {
        const next = choose('forbidden')
        if (next === undefined) return undefined
        endpoint = next
        verdict = judge(next)
      }
    }
  }
}
