#!/usr/bin/env node
/*
 * A real vagrant up of this checkout on libvirt, with a box of one's own, and a lab in it. Everything happens in network, mount
 * and pid namespaces of the script's own: libvirtd, its bridge, its rules and its machines never meet the host's, nothing
 * of the host's configuration is written, and when the script ends, however, all of it is gone. The machine has no way out, so
 * what it needs must be in the box.
 *
 *   sudo node vagrant/try-libvirt.mjs podlab.box
 *
 * Where there is no KVM it is emulated: three to five minutes.
 */
import {existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {dirname, join, resolve} from 'node:path'
import {setTimeout} from 'node:timers/promises'
import {$} from 'zx'
import {refuse, requireFile, requirePrograms, requireRoot} from './requirements.mjs'

$.verbose = false
const checkout = dirname(import.meta.dirname)
/* No virtlogd, no security driver and no control groups: they are services of a whole system. */
const qemuConfiguration = `user = "root"
group = "root"
security_driver = "none"
dynamic_ownership = 0
remember_owner = 0
stdio_handler = "file"
namespaces = []
cgroup_controllers = []
`

/* The first process of the pid namespace has to wait for others' children: libvirtd takes a machine that nobody has waited for as running. */
const reaper = '"$@" & wait $!'

const [first, second] = process.argv.slice(2)
if (first === '--inside') {
  const failure = await inside(second).then(
    () => undefined,
    error => error,
  )
  if (failure !== undefined) console.error(`podlab: ${failure.message}`)
  process.exit(failure === undefined ? 0 : 1) // libvirtd runs on until the kernel ends it, with the namespaces
}
await outside(resolve(first ?? 'podlab.box'))

async function outside(box) {
  requireRoot('libvirtd needs it')
  requirePrograms({
    vagrant: 'vagrant',
    libvirtd: 'libvirt-daemon',
    virsh: 'libvirt-clients',
    dnsmasq: 'dnsmasq-base',
    'qemu-img': 'qemu-utils',
    ...(process.arch === 'arm64'
      ? {'qemu-system-aarch64': 'qemu-system-arm'}
      : {'qemu-system-x86_64': 'qemu-system-x86'}),
    ssh: 'openssh-client',
    rsync: 'rsync',
    iptables: 'iptables',
  })
  requireFile('/usr/lib/*/libvirt/connection-driver/libvirt_driver_qemu.so', 'libvirt-daemon-driver-qemu')
  requireFile('/etc/libvirt/qemu/networks/default.xml', 'libvirt-daemon-config-network')
  if (!existsSync(box)) refuse(`there is no ${box}. Type: sudo node vagrant/make-box.mjs ${box}`)

  const work = mkdtempSync(join(process.env.TMPDIR ?? '/var/tmp', 'podlab-try-'))
  process.env.PODLAB_BOX = 'podlab/own'
  process.env.PODLAB_BOX_URL = box
  try {
    const kinds = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', '--propagation', 'private']
    const {exitCode} = await $({
      stdio: 'inherit',
      nothrow: true,
      timeout: '20m',
    })`unshare ${kinds} sh -c ${reaper} reaper ${process.execPath} ${process.argv[1]} --inside ${work}`
    process.exitCode = exitCode ?? 1
  } finally {
    rmSync(work, {recursive: true, force: true})
  }
}

async function inside(work) {
  const lab = hasKvm() ? 'kubia' : 'hello' // emulation is ten times slower: too slow for the deadlines of kubia's checks on a busy machine
  await step('a host of its own', () => hideHost(work))
  await step('libvirtd', () => startLibvirt(work))
  Object.assign(process.env, {
    VAGRANT_HOME: join(work, 'vagrant'),
    VAGRANT_DOTFILE_PATH: join(work, 'machines'),
    VAGRANT_CHECKPOINT_DISABLE: '1',
    PODLAB_LIBVIRT_DRIVER: hasKvm() ? 'kvm' : 'qemu',
  })
  await step('vagrant up', () => vagrant('up', '--provider=libvirt'))
  try {
    await step('podlab doctor', () => inMachine('sudo podlab doctor'))
    await step(`podlab run labs/${lab}`, () => inMachine(`podlab run /podlab/labs/${lab}`))
  } finally {
    await step('vagrant destroy', () => vagrant('destroy', '--force'))
  }
}

/* What libvirtd reads and writes of the host's is covered, so that the host keeps its own. */
async function hideHost(work) {
  await $`ip link set lo up`
  await $`mount -t sysfs sysfs /sys`
  for (const folder of ['/run', '/var/lib/libvirt', '/var/cache/libvirt', '/var/log/libvirt']) {
    await $`mkdir -p ${folder} && mount -t tmpfs -o mode=755 podlab ${folder}`
  }
  const networks = join(work, 'networks')
  await $`cp -r /etc/libvirt/qemu/networks ${networks} && mount -t tmpfs podlab /etc/libvirt && mkdir -p /etc/libvirt/qemu && cp -r ${networks} /etc/libvirt/qemu/`
  writeFileSync('/etc/libvirt/qemu.conf', qemuConfiguration)
  writeFileSync('/etc/libvirt/libvirtd.conf', 'auth_unix_rw = "none"\n')
  await addLines('/etc/group', work, ['kvm:x:960:', 'libvirt:x:961:', 'libvirt-qemu:x:962:'])
  await addLines('/etc/passwd', work, ['libvirt-qemu:x:962:962::/var/lib/libvirt:/usr/sbin/nologin'])
}

/* Users that libvirtd wants to find when it starts, though all runs as root here. */
async function addLines(file, work, lines) {
  const text = readFileSync(file, 'utf8')
  const missing = lines.filter(line => !text.includes(`\n${line.split(':')[0]}:`))
  const copy = join(work, file.replaceAll('/', '_'))
  writeFileSync(copy, `${text}${missing.map(line => `${line}\n`).join('')}`)
  await $`mount --bind ${copy} ${file}`
}

async function startLibvirt(work) {
  const daemon = $({quiet: true, nothrow: true})`libvirtd --timeout 0`
  daemon.catch(() => undefined)
  const deadline = performance.now() + 20_000
  while ((await virsh('uri')).exitCode !== 0) {
    if (performance.now() > deadline) throw new Error('libvirtd does not answer')
    await setTimeout(100)
  }
  if ((await virsh('net-info', 'default')).exitCode !== 0)
    await virsh('net-define', '/etc/libvirt/qemu/networks/default.xml')
  await virsh('net-start', 'default')
  mkdirSync(join(work, 'pool'))
  await virsh('pool-define-as', 'default', 'dir', '--target', join(work, 'pool'))
  await virsh('pool-start', 'default')
}

function virsh(...words) {
  return $({quiet: true, nothrow: true})`virsh -c qemu:///system ${words}`
}

/* A device alone proves nothing. */
function hasKvm() {
  return existsSync('/dev/kvm') && ['kvm_intel', 'kvm_amd'].some(name => existsSync(`/sys/module/${name}`))
}

async function vagrant(...words) {
  const {exitCode} = await $({cwd: checkout, stdio: 'inherit', nothrow: true})`vagrant --no-tty ${words}`
  if (exitCode !== 0) throw new Error(`vagrant ${words.join(' ')} ended with ${exitCode}`)
}

function inMachine(command) {
  return vagrant('ssh', '-c', command)
}

async function step(name, act) {
  const started = performance.now()
  await act()
  console.log(`== ${name}: ${((performance.now() - started) / 1000).toFixed(1)} s`)
}
