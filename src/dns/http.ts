import {families} from './metrics/families.ts'
import type {Metrics} from './metrics/metrics.ts'
import type {HttpNeed} from './plugin.ts'

export type HttpAnswer = {readonly status: number; readonly type: string; readonly body: string}

export type HttpState = {
  /** What is served on the port. */
  readonly needs: readonly HttpNeed[]
  readonly metrics: Metrics
  readonly clock: () => number
  /** The plugins that cannot answer yet. */
  readonly notReady: readonly string[]
}

/** Answers a request for /health, /ready or /metrics. */
export function answerHttp(path: string, {needs, metrics, clock, notReady}: HttpState): HttpAnswer {
  const started = clock()
  const need = needs.find(({kind}) => path === `/${kind}`)
  switch (need?.kind) {
    case undefined:
      return {status: 404, type: plain, body: '404 page not found\n'}
    case 'health':
      metrics.histogram(families.healthDuration, {}).observe((clock() - started) / 1000)
      return {status: 200, type: plain, body: 'OK'}
    case 'ready':
      return notReady.length === 0
        ? {status: 200, type: plain, body: 'OK'}
        : {status: 503, type: plain, body: notReady.join(',')}
    case 'metrics':
      return {status: 200, type: 'text/plain; version=0.0.4; charset=utf-8', body: metrics.print()}
  }
}

const plain = 'text/plain; charset=utf-8'
