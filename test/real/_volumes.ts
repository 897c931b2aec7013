import {existsSync} from 'node:fs'
import {join} from 'node:path'
import type {ExecutionContext, TestFn} from 'ava'
import {systemPath} from '../../src/kernel/system-path.ts'
import {type Account, eventually, makePlace, sessionFolder, startProgram} from './_podlab.ts'

/*
 * What a kubelet gives to containers besides a network:
 *
 *   ConfigMap settings ─┬─ pod reader: variables, /etc/settings        ServiceAccount builder ── pod builder: its token
 *   Secret login ───────┘  pod web: nginx serves it                     node1: /srv/shared ── pods one and two
 */
const labFile = `
nodes: [node1]
manifests:
  - {apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {color: red, index.html: "first\\n"}}
  - {apiVersion: v1, kind: Secret, metadata: {name: login}, stringData: {user: admin, password: s3cret}}
  - {apiVersion: v1, kind: Service, metadata: {name: redis-master}, spec: {clusterIP: 10.96.0.11, ports: [{port: 6379}]}}
  - {apiVersion: v1, kind: ServiceAccount, metadata: {name: builder}}
  - apiVersion: v1
    kind: Pod
    metadata: {name: reader, labels: {app: reader}}
    spec:
      terminationGracePeriodSeconds: 0
      containers:
        - name: main
          image: busybox
          command: [sleep, infinity]
          resources: {limits: {cpu: 250m}}
          env:
            - {name: COLOR, valueFrom: {configMapKeyRef: {name: settings, key: color}}}
            - {name: CPU, valueFrom: {resourceFieldRef: {resource: limits.cpu, divisor: 1m}}}
            - {name: URL, value: "$(REDIS_MASTER_PORT)/$(COLOR)"}
          envFrom: [{prefix: LOGIN_, secretRef: {name: login}}]
          volumeMounts:
            - {name: settings, mountPath: /etc/settings}
            - {name: settings, mountPath: /etc/color, subPath: color}
            - {name: login, mountPath: /etc/login}
            - {name: about, mountPath: /etc/about}
            - {name: scratch, mountPath: /scratch}
        - {name: side, image: busybox, command: [sleep, infinity], volumeMounts: [{name: scratch, mountPath: /in, readOnly: true}]}
      volumes:
        - {name: settings, configMap: {name: settings}}
        - {name: login, secret: {secretName: login, defaultMode: 256}}
        - {name: about, downwardAPI: {items: [{path: labels, fieldRef: {fieldPath: metadata.labels}}]}}
        - {name: scratch, emptyDir: {}}
  - apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      terminationGracePeriodSeconds: 0
      containers: [{name: nginx, image: nginx, volumeMounts: [{name: pages, mountPath: /usr/share/nginx/html}]}]
      volumes: [{name: pages, configMap: {name: settings}}]
  - apiVersion: v1
    kind: Pod
    metadata: {name: builder}
    spec: {terminationGracePeriodSeconds: 0, serviceAccountName: builder, containers: [{name: main, image: curlimages/curl, command: [sleep, infinity]}]}
  - apiVersion: v1
    kind: Pod
    metadata: {name: plain}
    spec: {terminationGracePeriodSeconds: 0, automountServiceAccountToken: false, containers: [{name: main, image: busybox, command: [sleep, infinity]}]}
`

const kubectl = systemPath
  .split(':')
  .map(folder => join(folder, 'kubectl'))
  .find(existsSync)

/** Volumes, variables and tokens of real pods, for an account. */
export function volumeSuite(test: TestFn, account: Account): void {
  const place = makePlace(account)
  const name = place.name('volumes')
  const {podlab} = place
  const lab = place.lab(name, labFile)

  test.serial.before(async t => {
    const {code, stderr} = await podlab('up', lab)
    t.deepEqual({code, stderr}, {code: 0, stderr: ''})
  })
  test.after.always(async () => {
    await podlab('down', '--all')
    place.remove()
  })
  const fact = (title: string, run: (t: ExecutionContext) => Promise<void>) =>
    test.serial(`${account.name}: ${title}`, run)
  const withKubectl = kubectl
    ? fact
    : (title: string) => test.serial.skip(`${title}: there is no kubectl`, () => undefined)

  /** A shell line in a container, and what it prints. */
  const sh = async (pod: string, line: string) => {
    const {stdout, stderr} = await podlab('exec', `pod/${pod}`, '--', 'sh', '-c', line)
    return `${stdout}${stderr}`.trimEnd()
  }
  const run = async (words: readonly string[]) => {
    const environment = {...place.environment, KUBECONFIG: join(sessionFolder(place, name), 'kubeconfig')}
    const {stdout, stderr} = await startProgram([...account.way, kubectl ?? '', ...words], {
      cwd: place.folder,
      environment,
    }).ended
    return `${stdout}${stderr}`.trimEnd()
  }

  fact('variables come from ConfigMaps, Secrets, limits and Services', async t => {
    t.is(
      await sh('reader', 'echo $COLOR $CPU $LOGIN_user $LOGIN_password $URL'),
      'red 250 admin s3cret tcp://10.96.0.11:6379/red',
    )
    t.is(await sh('reader', 'env | grep -c ^REDIS_MASTER_; echo $KUBERNETES_SERVICE_HOST'), '7\n10.96.0.1')
  })

  fact('files are there, with their modes and for reading only', async t => {
    t.is(
      await sh('reader', 'cat /etc/settings/color /etc/color /etc/login/user /etc/about/labels'),
      'redredadminapp="reader"',
    )
    t.is(await sh('reader', 'stat -Lc %a /etc/login/user /etc/settings/color'), '400\n644')
    t.regex(await sh('reader', 'echo x > /etc/settings/color'), /Read-only file system/)
  })

  fact('two containers of a pod share a folder', async t => {
    await sh('reader', 'echo from main > /scratch/file')
    t.is(await sh('reader/side', 'cat /in/file'), 'from main')
    t.regex(await sh('reader/side', 'touch /in/other'), /Read-only file system/)
  })

  fact('a pod reaches the API server with its token and its certificate, and nobody without', async t => {
    const call = (pod: string, more: string) =>
      sh(pod, `cd /var/run/secrets/kubernetes.io/serviceaccount 2>/dev/null; curl -s -m 10 ${more}`)
    const secure = '--cacert ca.crt --resolve kubernetes.default.svc:443:10.96.0.1'
    const review = `-d '{"kind":"SelfSubjectReview","apiVersion":"authentication.k8s.io/v1"}' -H 'content-type: application/json'`
    const path = 'https://kubernetes.default.svc/apis/authentication.k8s.io/v1/selfsubjectreviews'
    const answer = await call('builder', `${secure} -H "Authorization: Bearer $(cat token)" ${review} ${path}`)
    t.like(JSON.parse(answer).status.userInfo, {
      username: 'system:serviceaccount:default:builder',
      extra: {'authentication.kubernetes.io/pod-name': ['builder']},
    })
    t.is(JSON.parse(await call('builder', `${secure} https://kubernetes.default.svc/api`)).code, 401)
    t.is(await call('builder', `${secure} -o /dev/null -w %{errormsg} https://10.96.0.1/`), '', 'by its address, too')
    t.regex(
      await sh('builder', 'curl -sS -m 10 https://10.96.0.1/api'),
      /certificate/,
      'others do not know the authority',
    )
    t.is(await sh('builder', 'cat /var/run/secrets/kubernetes.io/serviceaccount/namespace'), 'default')
    t.is(await sh('plain', 'ls /var/run/secrets 2>&1 | wc -l'), '1')
    t.regex(await sh('plain', 'cat /var/run/secrets/kubernetes.io/serviceaccount/token'), /No such file/)
  })

  withKubectl('a change of a ConfigMap comes into the files of pods, but not into a file mounted alone', async t => {
    await run(['patch', 'configmap', 'settings', '-p', '{"data":{"color":"blue","index.html":"second\\n"}}'])
    const blue = async () => (await sh('reader', 'cat /etc/settings/color')) === 'blue'
    await eventually('the file has changed', blue)
    t.is(await sh('reader', 'cat /etc/color; echo $COLOR'), 'redred')
    const ip = await run(['get', 'pod', 'web', '-o', 'jsonpath={.status.podIP}'])
    t.is(await sh('reader', `wget -qO- http://${ip}/`), 'second')
    t.is(await run(['exec', 'web', '--', 'cat', '/usr/share/nginx/html/index.html']), 'second')
    await run(['label', 'pod', 'reader', 'tier=back'])
    const labelled = async () => (await sh('reader', 'cat /etc/about/labels')) === 'app="reader"\ntier="back"'
    await eventually('the labels are told', labelled)
  })

  withKubectl('a pod waits for its ConfigMap, says so, and starts when it comes', async t => {
    const volumes = [{name: 'v', configMap: {name: 'later'}}]
    const containers = [
      {name: 'late', image: 'busybox', command: ['sleep', 'infinity'], volumeMounts: [{name: 'v', mountPath: '/v'}]},
    ]
    const overrides = JSON.stringify({spec: {terminationGracePeriodSeconds: 0, containers, volumes}})
    t.is(await run(['run', 'late', '--image=busybox', `--overrides=${overrides}`]), 'pod/late created')
    const told = async () =>
      (
        await run(['get', 'events', '--field-selector=reason=FailedMount', '-o', 'jsonpath={.items[*].message}'])
      ).includes('MountVolume.SetUp failed for volume "v" : configmap "later" not found')
    await eventually('it says why', told)
    t.regex(await run(['get', 'pod', 'late']), /late +0\/1 +ContainerCreating/)
    t.is(await run(['get', 'pod', 'late', '-o', 'jsonpath={.status.podIP}']), '')
    await run(['create', 'configmap', 'later', '--from-literal=key=here'])
    t.is(await run(['wait', '--for=condition=Ready', 'pod/late', '--timeout=20s']), 'pod/late condition met')
    t.is(await sh('late', 'cat /v/key'), 'here')
  })

  withKubectl('a container whose key is missing says so in the words of the kubelet', async t => {
    const env = [{name: 'X', valueFrom: {secretKeyRef: {name: 'login', key: 'nothing'}}}]
    const containers = [{name: 'keyless', image: 'busybox', command: ['sleep', 'infinity'], env}]
    const overrides = JSON.stringify({spec: {terminationGracePeriodSeconds: 0, containers}})
    await run(['run', 'keyless', '--image=busybox', `--overrides=${overrides}`])
    const state = ['get', 'pod', 'keyless', '-o', 'jsonpath={.status.containerStatuses[0].state.waiting.message}']
    await eventually(
      'it says why',
      async () => (await run(state)) === "couldn't find key nothing in Secret default/login",
    )
    t.regex(await run(['get', 'pod', 'keyless']), /keyless +0\/1 +CreateContainerConfigError/)
  })

  withKubectl("pods share a path of their node, and are refused one of the machine's", async t => {
    const on = (pod: string, path: string) => {
      const containers = [
        {name: pod, image: 'busybox', command: ['sleep', 'infinity'], volumeMounts: [{name: 'v', mountPath: '/v'}]},
      ]
      const overrides = {spec: {terminationGracePeriodSeconds: 0, containers, volumes: [{name: 'v', hostPath: {path}}]}}
      return run(['run', pod, '--image=busybox', `--overrides=${JSON.stringify(overrides)}`])
    }
    await on('one', '/srv/shared')
    await on('two', '/srv/shared')
    await on('thief', '/etc')
    await run(['wait', '--for=condition=Ready', 'pod/one', 'pod/two', '--timeout=20s'])
    await sh('one', 'echo hello > /v/file')
    t.is(await sh('two', 'cat /v/file'), 'hello')
    t.is((await podlab('exec', 'node/node1', '--', 'cat', '/srv/shared/file')).stdout, 'hello\n')
    const refused = ['get', 'events', '--field-selector=involvedObject.name=thief,reason=FailedMount']
    await eventually('it says why', async () =>
      /podlab does not give pods \/etc of the machine/.test(await run(refused)),
    )
    t.false(existsSync('/srv/shared'), 'the machine has nothing of it')
  })
}
