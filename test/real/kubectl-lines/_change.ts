import type {CommandLine} from './_line.ts'

/** Things are changed. */
export const change: readonly CommandLine[] = [
  {run: 'kubectl scale rs kubia --replicas=2', says: 'replicaset.apps/kubia scaled'},
  {
    run: 'kubectl scale rs kubia --current-replicas=7 --replicas=1',
    fails: 1,
    says: ['Expected replicas to be 7, was 2'],
  },
  {run: 'kubectl label pod client tier=test', says: /^pod\/client labeled\n$/},
  {
    run: 'kubectl label pod client tier=other',
    fails: 1,
    says: ["'tier' already has a value (test), and --overwrite is false"],
  },
  {run: 'kubectl annotate pod client note=mine', says: /^pod\/client annotated?\n$/},
  {run: 'kubectl patch svc plain -p \'{"metadata":{"labels":{"by":"strategic"}}}\'', says: 'service/plain patched'},
  {
    run: 'kubectl patch svc plain --type=merge -p \'{"metadata":{"labels":{"by":"merge"}}}\'',
    says: 'service/plain patched',
  },
  {
    run: 'kubectl patch svc plain --type=json -p \'[{"op":"replace","path":"/metadata/labels/by","value":"json"}]\'',
    says: 'service/plain patched',
  },
  {run: "kubectl get svc plain -o 'jsonpath={.metadata.labels.by}'", says: 'json'},
  {
    run: 'kubectl patch svc plain -p \'{"metadata":{"labels":{"by":"json"}}}\'',
    says: 'service/plain patched (no change)',
  },
  {
    run: 'kubectl edit svc plain',
    environment: {KUBE_EDITOR: "sed -i 's/by: json/by: sed/'"},
    says: 'service/plain edited',
  },
  {run: "kubectl get svc plain -o 'jsonpath={.metadata.labels.by}'", says: 'sed'},
  {run: 'kubectl apply -f settings.yaml', says: 'configmap/settings created'},
  {run: 'kubectl apply -f settings.yaml', says: 'configmap/settings unchanged'},
  {
    run: 'kubectl diff -f settings-red.yaml',
    fails: 1,
    says: '',
  },
  {run: 'kubectl apply -f settings-red.yaml', says: 'configmap/settings configured'},
  {run: "kubectl get cm settings -o 'jsonpath={.data.colour}'", says: 'red'},
  {run: 'kubectl replace -f settings-red.yaml', says: 'configmap/settings replaced'},
  {run: 'kubectl delete -f settings.yaml', says: ['configmap "settings"', 'deleted']},
]
