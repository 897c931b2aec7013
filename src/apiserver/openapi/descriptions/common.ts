/** Fields that are the same wherever they stand. */
export const common: Readonly<Record<string, string>> = {
  apiVersion: 'The API group and version that this object is written in, such as apps/v1.',
  kind: 'What sort of object this is.',
  metadata: 'Name, namespace, labels and the like: what every object carries.',
  spec: 'What is wanted.',
  status: 'What is there, as the cluster itself has seen it last.',
  conditions: 'What holds of the object at present and what does not, each with its reason.',
  observedGeneration: 'The generation of the spec that this status speaks of.',
  collisionCount: 'How often a name made from a hash was already taken; it goes into the next hash.',
  lastTransitionTime: 'When the condition last changed from one status to another.',
  lastUpdateTime: 'When the condition was last looked at.',
  lastProbeTime: 'When the condition was last examined.',
  lastHeartbeatTime: 'When the condition was last reported.',
  reason: 'Why, in one word that programs can compare.',
  message: 'Why, in words for people.',
  minReadySeconds:
    'For how many seconds a new pod must be ready before it counts as available. 0 when nothing is said.',
  revisionHistoryLimit: 'How many old revisions are kept to go back to. 10 when nothing is said.',
  selector: 'Which pods belong to this object, by their labels. It cannot be changed later.',
  template: 'What each new pod looks like.',
  replicas: 'How many pods there are to be. 1 when nothing is said.',
  readyReplicas: 'How many of the pods are ready.',
  availableReplicas: 'How many of the pods have been ready for long enough.',
  fullyLabeledReplicas: 'How many of the pods carry all labels of the template.',
  updatedReplicas: 'How many of the pods are made from the newest template.',
  immutable: 'Whether the content may never change again; then only deleting and making it anew helps.',
  optional: 'Whether it may be missing.',
  defaultMode: 'The permissions of the files, as a number. 0644 when nothing is said.',
  items: 'Which keys become files and what those are called; without it every key becomes a file.',
}

/** Endings of names of definitions that say what they are, whatever stands before. */
export const conditionFields: Readonly<Record<string, string>> = {
  '': 'Something that holds of an object, or does not.',
  type: 'What it is that holds or does not, in one word.',
  status: 'True, False or Unknown.',
}
