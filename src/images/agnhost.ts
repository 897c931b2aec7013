import type {Image} from './image.ts'

/*
 * `agnhost connect` as a program of its own, since tests run it in pods that do something else. It says in one word why there was no
 * connection, as the real one does.
 */
const connect = `#!/bin/bash
if [ "$1" != connect ]; then echo "agnhost: podlab plays netexec, serve-hostname, connect and pause, not '$1'" >&2; exit 1; fi
shift
wait=10
for word in "$@"; do
  case $word in
    --timeout=*) wait=\${word#--timeout=}; wait=\${wait%s} ;;
    --*) echo "agnhost connect: podlab does not know $word" >&2; exit 1 ;;
    *) target=$word ;;
  esac
done
said=$(timeout "$wait" bash -c 'exec 3<>"/dev/tcp/$1/$2"' connect "\${target%:*}" "\${target##*:}" 2>&1)
case $? in 0) exit 0 ;; 124) echo TIMEOUT >&2; exit 1 ;; esac
case $said in
  *refused*) echo REFUSED ;;
  *'not known'* | *'name resolution'*) echo DNS ;;
  *) echo "OTHER: $said" ;;
esac >&2
exit 1
`

/** The Swiss army knife of Kubernetes' own tests. */
export const agnhost: Image = {
  name: 'registry.k8s.io/e2e-test-images/agnhost',
  aliases: ['k8s.gcr.io/e2e-test-images/agnhost', 'gcr.io/kubernetes-e2e-test-images/agnhost'],
  summary: 'netexec (HTTP 8080, UDP 8081), serve-hostname (HTTP 9376), connect HOST:PORT, pause',
  root: 'host',
  entrypoint: ['/agnhost'],
  arguments: ['pause'],
  files: {'/agnhost': connect},
  played: {'/agnhost netexec': 'netexec', '/agnhost serve-hostname': 'serveHostname', '/agnhost pause': 'nothing'},
  needs: {curl: 'curl'},
}
