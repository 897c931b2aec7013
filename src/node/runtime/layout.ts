/** Where things lie inside a sandbox: /run is its private tmpfs, gone with it. */
export const layout = {
  home: '/run/podlab-lab',
  programs: '/run/podlab-lab/programs',
  devices: '/run/podlab-lab/dev',
  /** One folder an image root: what the container's root shows below its writable layer. */
  roots: '/run/podlab-lab/roots',
  /** A mount point: the writable layer of the container that is being made. */
  scratch: '/run/podlab-lab/scratch',
  /** One folder a pod, by its uid, with one a volume. */
  volumes: '/run/podlab-lab/volumes',
  /** The same once more, for reading only: what is mounted from there is for reading only without a further step. */
  readOnlyVolumes: '/run/podlab-lab/read-only-volumes',
  /** One folder a node, with those that are the node's own and no other machine's, by their paths there. */
  nodes: '/run/podlab-lab/nodes',
  logs: '/run/podlab-lab/logs',
} as const
