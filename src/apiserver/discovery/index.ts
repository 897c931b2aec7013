import {acceptedOf} from '../accept.ts'
import {json} from '../answer.ts'
import type {Answer} from '../call.ts'
import type {GroupVersion} from '../resources.ts'
import {noSuchPath} from '../status.ts'
import {aggregated} from './aggregated.ts'
import {apiGroup, apiGroupList, apiResourceList, apiVersions} from './legacy.ts'
import {servedVersions} from './resources.ts'

/**
 * What the server serves, told to clients that have never seen it. Newer ones ask once for everything (`/api` and `/apis`, the aggregated shape),
 * older ones for each group version after the other; each names the shape that it wants in `Accept`.
 */
export function discover(path: readonly string[], accept: string | undefined): Answer {
  const [root, ...rest] = path
  if (root === 'api') return discoverCore(rest, accept)
  const [group, version, ...more] = rest
  const groups = servedVersions.filter(one => one.group !== '')
  if (group === undefined) return aggregatedAnswer(groups, accept) ?? json(apiGroupList(groups))
  const found = groups.filter(one => one.group === group)
  if (found.length === 0 || more.length > 0) throw noSuchPath()
  if (version === undefined) return json(apiGroup(found))
  return json(apiResourceList(versionIn(found, version)))
}

function discoverCore([version, ...more]: readonly string[], accept: string | undefined): Answer {
  const core = servedVersions.filter(one => one.group === '')
  if (more.length > 0) throw noSuchPath()
  if (version === undefined) return aggregatedAnswer(core, accept) ?? json(apiVersions)
  return json(apiResourceList(versionIn(core, version)))
}

function versionIn(found: readonly GroupVersion[], version: string): GroupVersion {
  const one = found.find(each => each.version === version)
  if (one === undefined) throw noSuchPath()
  return one
}

function aggregatedAnswer(groups: readonly GroupVersion[], accept: string | undefined): Answer | undefined {
  const wanted = acceptedOf(accept).find(
    ({type, parameters}) =>
      type === 'application/json' &&
      (parameters.get('as') === undefined ||
        (parameters.get('as') === 'APIGroupDiscoveryList' && parameters.get('g') === 'apidiscovery.k8s.io')),
  )
  const version = wanted?.parameters.get('v')
  if (wanted?.parameters.get('as') === undefined || (version !== 'v2' && version !== 'v2beta1')) return undefined
  return json(
    aggregated(groups, version),
    200,
    `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`,
  )
}
