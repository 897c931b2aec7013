import type {Children} from '../../kernel/children.ts'
import type {Namespaces} from '../../kernel/namespaces.ts'
import type {LaunchQuestion} from './protocol.ts'

/**
 * Starts a program that runs on a node as its kubelet would: in the node's network, with mounts of its own, and as the first of its own
 * processes, so that whatever it starts ends with it. What it prints goes where this process prints. `ended` hears of its end.
 */
export function launch(
  {namespaces, children}: {readonly namespaces: Namespaces; readonly children: Children},
  {nodePid, argv, environment}: LaunchQuestion,
  ended: (code: number) => void,
): {pid: number} {
  const join = Object.fromEntries(['net', 'uts', 'ipc'].map(kind => [kind, `/proc/${nodePid}/ns/${kind}`]))
  const {pid, ended: end} = namespaces.within({join, make: ['mnt', 'pid']}, () =>
    children.start({
      file: argv[0],
      ...{argv, environment, workingDirectory: '/'},
      descriptors: ['null', 1, 2],
      ownSession: true,
    }),
  )
  void end.then(ended)
  return {pid}
}
