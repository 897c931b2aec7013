import type {Descriptions} from './index.ts'

export const meta: Descriptions = {
  ObjectMeta: {
    '': 'What every object carries besides its own content.',
    name: 'The name, the only one of its kind in the namespace. It cannot be changed.',
    generateName:
      'The beginning of a name; the server adds five characters of its own. Counts only where there is no name.',
    namespace: 'The namespace that the object lives in; "default" when a client says nothing.',
    selfLink: 'No longer used.',
    uid: 'A number of its own for this very object: another object of the same name has another one.',
    resourceVersion:
      'The number of the last change. A client that writes it back is told when somebody else was faster.',
    generation: 'Counts the changes of the spec.',
    creationTimestamp: 'When the server stored the object for the first time.',
    deletionTimestamp:
      'Set when somebody asked for the deletion: the object goes at this time, or once its finalizers are done.',
    deletionGracePeriodSeconds: 'How many seconds it is given to end in good order.',
    labels: 'Words to find it by: selectors of Services and controllers look at these.',
    annotations: 'Notes for tools and people, which no selector looks at.',
    ownerReferences: 'The objects that this one belongs to. When all are gone, it goes too.',
    finalizers: 'Who has something to do before the object may go. It stays until the list is empty.',
    managedFields: 'Who has set which fields last, so that server-side apply notices conflicts.',
  },
  OwnerReference: {
    '': 'An object that another belongs to.',
    kind: 'The kind of the owner.',
    name: 'The name of the owner.',
    uid: 'The uid of the owner: one of the same name that came later is none.',
    controller: 'Whether this owner is the one that looks after the object. At most one is.',
    blockOwnerDeletion: 'Whether a deletion of the owner in the foreground waits for this object.',
  },
  ManagedFieldsEntry: {
    '': 'The fields that one manager has set.',
    manager: 'Who set them: the name that the client gave.',
    operation: 'Apply for server-side apply, Update for everything else.',
    time: 'When the set of fields last changed.',
    fieldsType: 'The form of the fields; there is only FieldsV1.',
    fieldsV1: 'The fields as a tree.',
    subresource: 'Through which subresource they were set; empty for the object itself.',
  },
  LabelSelector: {
    '': 'A choice of objects by their labels. What both parts say must hold; an empty one chooses everything.',
    matchLabels: 'Labels that must be there with these values.',
    matchExpressions: 'Conditions on labels, all of which must hold.',
  },
  LabelSelectorRequirement: {
    '': 'A condition on one label.',
    key: 'The label.',
    operator: 'In, NotIn, Exists or DoesNotExist.',
    values: 'The values for In and NotIn; empty for the other two.',
  },
  Condition: {
    '': 'Something that holds of an object, or does not.',
    type: 'What it is, in one word.',
    status: 'True, False or Unknown.',
    observedGeneration: 'The generation of the spec that the condition speaks of.',
  },
}
