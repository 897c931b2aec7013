import type {HistogramFamily, ValueFamily} from './metrics.ts'

/* The names, helps and bounds of CoreDNS 1.12. */

function counter(name: string, help: string): ValueFamily {
  return {name: `coredns_${name}`, help, kind: 'counter'}
}

function gauge(name: string, help: string): ValueFamily {
  return {name: `coredns_${name}`, help, kind: 'gauge'}
}

function doubling(first: number, factor: number, count: number): readonly number[] {
  return Array.from({length: count}, (_, index) => first * factor ** index)
}

/** From a quarter of a millisecond to eight seconds. */
const timeBounds = doubling(0.00025, 2, 16)
const slimTimeBounds = doubling(0.00025, 10, 5)
const sizeBounds = [0, 100, 200, 300, 400, 511, 1023, 2047, 4095, 8291, 16_000, 32_000, 48_000, 64_000]

function histogram(name: string, help: string, bounds: readonly number[] = timeBounds): HistogramFamily {
  return {name: `coredns_${name}`, help, bounds}
}

export const families = {
  buildInfo: gauge(
    'build_info',
    'A metric with a constant "1" value labeled by version, revision, and goversion from which CoreDNS was built.',
  ),
  panics: counter('panics_total', 'A metrics that counts the number of panics.'),
  pluginEnabled: gauge(
    'plugin_enabled',
    'A metric that indicates whether a plugin is enabled on per server and zone basis.',
  ),
  requests: counter('dns_requests_total', 'Counter of DNS requests made per zone, protocol and family.'),
  requestDuration: histogram(
    'dns_request_duration_seconds',
    'Histogram of the time (in seconds) each request took per zone.',
  ),
  requestSize: histogram(
    'dns_request_size_bytes',
    'Size of the EDNS0 UDP buffer in bytes (64K for TCP) per zone and protocol.',
    sizeBounds,
  ),
  doRequests: counter('dns_do_requests_total', 'Counter of DNS requests with DO bit set per zone.'),
  responseSize: histogram('dns_response_size_bytes', 'Size of the returned response in bytes.', sizeBounds),
  responses: counter('dns_responses_total', 'Counter of response status codes.'),
  cacheEntries: gauge('cache_entries', 'The number of elements in the cache.'),
  cacheRequests: counter('cache_requests_total', 'The count of cache requests.'),
  cacheHits: counter('cache_hits_total', 'The count of cache hits.'),
  cacheMisses: counter(
    'cache_misses_total',
    'The count of cache misses. Deprecated, derive misses from cache hits/requests counters.',
  ),
  cacheEvictions: counter('cache_evictions_total', 'The count of cache evictions.'),
  healthcheckBroken: counter(
    'forward_healthcheck_broken_total',
    'Counter of the number of complete failures of the healthchecks.',
  ),
  concurrentRejects: counter(
    'forward_max_concurrent_rejects_total',
    'Counter of the number of queries rejected because the concurrent queries were at maximum.',
  ),
  proxyDuration: histogram('proxy_request_duration_seconds', 'Histogram of the time each request took.'),
  healthcheckFailures: counter('proxy_healthcheck_failures_total', 'Counter of the number of failed healthchecks.'),
  programmingDuration: histogram(
    'kubernetes_dns_programming_duration_seconds',
    'Histogram of the time (in seconds) it took to program a dns instance.',
    doubling(0.001, 2, 20),
  ),
  healthDuration: histogram(
    'health_request_duration_seconds',
    'Histogram of the time (in seconds) each request took.',
    slimTimeBounds,
  ),
  autopaths: counter('autopath_success_total', 'Counter of requests that did autopath.'),
  hostsEntries: gauge('hosts_entries', 'The combined number of entries in hosts and Corefile.'),
  reloadFailed: counter('reload_failed_total', 'Counter of the number of failed reload attempts.'),
} as const
