import {isTerminating} from '../objects/pod-status.ts'
import {type Controller, keyOf} from './controller.ts'

/**
 * Takes away the pods of a node that is gone: nobody is left who could stop them and say so. Pods that name a node which has
 * not come yet wait for it.
 */
export const lostPods: Controller = {
  name: 'lost-pods',
  watches: ['Node', 'Pod'],
  keysOf: ({type, object}) => {
    if (object.kind === 'Node') return type === 'DELETED' ? [keyOf(object)] : []
    return object.kind === 'Pod' && type !== 'DELETED' && isTerminating(object) ? [keyOf(object)] : []
  },
  reconcile: (key, view) => {
    if (key.kind === 'Node') {
      const pods = view.get('Node', key) ? [] : view.find('podsByNode', key.name)
      return pods.map(object => ({do: 'remove', object}))
    }
    const pod = view.get('Pod', key)
    const orphaned = pod && isTerminating(pod) && !view.get('Node', {name: pod.spec.nodeName ?? ''})
    return orphaned ? [{do: 'remove', object: pod}] : []
  },
}
