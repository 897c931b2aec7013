import {execFileSync} from 'node:child_process'
import type {TestFn} from 'ava'
import {podIn, type WatchedRuntime} from './_watched-runtime.ts'

/** Servers that podlab plays in a container's name. */
export function playedTests(test: TestFn, runtime: WatchedRuntime): void {
  test("a played program listens in the container's name, answers, logs, and is gone with it", async t => {
    const pod = await podIn(runtime, 'played')
    await runtime.run({netns: 'played', argv: ['ip', 'link', 'set', 'lo', 'up'], input: ''})
    const kubia = await pod.start({root: 'host', argv: ['node', 'app.js'], played: 'kubia'})
    const other = await pod.start({root: 'host'})
    t.regex(await kubia.sh('ss -Hltnp'), /^LISTEN .*:8080 .*users:\(\("node",pid=1,fd=\d+\)\)/)
    t.is(await other.sh('curl -s http://127.0.0.1:8080'), "You've hit web")
    t.regex(
      (await runtime.printed(kubia.id)) ?? '',
      /^Kubia server starting\.\.\.\nReceived request from .*127\.0\.0\.1\n$/,
    )
    await t.throwsAsync(pod.start({root: 'host', argv: ['node', 'app.js'], played: 'kubia'}), {
      message: /EADDRINUSE|taken/,
    })
    await runtime.end(kubia.id, 'SIGTERM')
    await runtime.ended(kubia.id)
    t.is(await other.sh('ss -Hltn'), '')
    const again = await pod.start({root: 'host', argv: ['node', 'app.js'], played: 'kubia'})
    t.is(await again.sh('curl -s http://127.0.0.1:8080'), "You've hit web", 'the port is free at once')
  })

  test('what a played server reads through a link is a file of the container, never one of the machine', async t => {
    const pod = await podIn(runtime, 'played-links')
    await runtime.run({netns: 'played-links', argv: ['ip', 'link', 'set', 'lo', 'up'], input: ''})
    const files = {
      '/etc/passwd': 'of the container',
      '/usr/share/nginx/html/index.html': 'a page',
      '/etc/nginx/conf.d/default.conf': 'server { listen 80; }',
    }
    const {sh} = await pod.start({root: 'host', files, argv: ['nginx'], played: 'nginx'})
    const links = {
      absolute: '/etc/passwd',
      dots: `${'../'.repeat(20)}etc/passwd`,
      'by-folder/passwd': '',
      machine: '/etc/machine-id',
      process: '/proc/1/root/etc/passwd',
      itself: 'itself',
    }
    await sh('cd /usr/share/nginx/html && ln -s /etc by-folder && mkfifo pipe')
    for (const [name, to] of Object.entries(links).filter(([, to]) => to !== ''))
      await sh(`ln -s ${to} /usr/share/nginx/html/${name}`)
    for (const name of ['absolute', 'dots', 'by-folder/passwd'])
      t.is(await sh(`curl -sS -m 5 http://127.0.0.1/${name}`), 'of the container', name)
    for (const name of ['machine', 'process', 'itself', 'pipe', 'by-folder'])
      t.is(await sh(`curl -sS -m 5 -o /dev/null -w '%{http_code}' http://127.0.0.1/${name}`), '404', name)
  })

  test('nginx listens where the configuration in a volume says, with the certificate that lies in another', async t => {
    const pod = await podIn(runtime, 'played-https')
    await runtime.run({netns: 'played-https', argv: ['ip', 'link', 'set', 'lo', 'up'], input: ''})
    const {cert, key} = selfSigned()
    const listen = 'server { listen 80; listen 443 ssl; ssl_certificate /tls/tls.crt; ssl_certificate_key /tls/tls.key;'
    const conf = `${listen} location / { return 200 "played\\n"; } }`
    const volume = (contents: Readonly<Record<string, string>>) => ({
      kind: 'files' as const,
      files: Object.entries(contents).map(([path, content]) => ({path, content, mode: 0o644})),
    })
    const volumes = {conf: volume({'site.conf': conf}), tls: volume({'tls.crt': cert, 'tls.key': key})}
    await runtime.setUpVolumes({uid: 'played-https', volumes})
    const mounts = [
      {volume: 'conf', path: '/etc/nginx/conf.d'},
      {volume: 'tls', path: '/tls'},
    ]
    const {sh} = await pod.start({root: 'host', argv: ['nginx'], played: 'nginx', mounts})
    t.is(await sh('curl -sS http://127.0.0.1'), 'played')
    t.is(await sh('curl -sS --cacert /tls/tls.crt --resolve web:443:127.0.0.1 https://web'), 'played')
    t.is(await sh("ss -Hltn | awk '{print $4}' | sed 's/.*://' | sort"), '443\n80')
    const bad = await pod.start({
      root: 'host',
      argv: ['nginx'],
      played: 'nginx',
      files: {'/etc/nginx/conf.d/a.conf': 'http'},
    })
    t.is(await runtime.ended(bad.id), 1)
    t.is(
      await runtime.printed(bad.id),
      'nginx: [emerg] unexpected end of file, expecting ";" or "}" in /etc/nginx/conf.d/a.conf:1\n',
    )
  })
}

/* For the name `web`, of today. */
function selfSigned(): {cert: string; key: string} {
  const words = '-x509 -nodes -days 2 -newkey rsa:2048 -subj /CN=web -addext subjectAltName=DNS:web -keyout - -out -'
  const pem = execFileSync('openssl', ['req', ...words.split(' ')], {
    stdio: ['ignore', 'pipe', 'ignore'],
    encoding: 'utf8',
  })
  const part = (name: string) => new RegExp(`-----BEGIN ${name}-----[^-]+-----END ${name}-----`).exec(pem)?.[0] ?? ''
  return {cert: part('CERTIFICATE'), key: part('PRIVATE KEY')}
}
