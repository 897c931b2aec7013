import type {Plugin} from '../plugin.ts'
import {any} from './any.ts'
import {autopath} from './autopath.ts'
import {cache} from './cache.ts'
import {errors} from './errors.ts'
import {forward} from './forward.ts'
import {health, ready} from './health.ts'
import {hosts} from './hosts.ts'
import {kubernetes} from './kubernetes.ts'
import {loadbalance} from './loadbalance.ts'
import {log} from './log.ts'
import {loop} from './loop.ts'
import {prometheus} from './prometheus.ts'
import {reload} from './reload.ts'
import {rewrite} from './rewrite.ts'

/** The plugins that podlab's DNS has, in the order in which a query meets them: CoreDNS's own. */
export const plugins: readonly Plugin[] = [
  reload,
  ready,
  health,
  prometheus,
  errors,
  log,
  any,
  loadbalance,
  cache,
  rewrite,
  autopath,
  hosts,
  kubernetes,
  loop,
  forward,
]

/** Plugins of CoreDNS that podlab's DNS has not. */
export const lacking: ReadonlySet<string> = new Set(
  `acl auto azure bind bufsize cancel chaos clouddns debug dns64 dnssec dnstap erratic etcd file geoip grpc header k8s_external local
   metadata minimal multisocket nsid on pprof root route53 secondary sign template timeouts tls trace transfer tsig view whoami`.split(
    /\s+/,
  ),
)
