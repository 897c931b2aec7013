#!/usr/bin/env node
/*
 * Builds a Vagrant box of one's own from Debian's packages: no registry, no image of anybody's. For libvirt, on the machine's
 * own architecture. It is a directory tree from debootstrap that becomes an ext4 file system by mke2fs -d, so nothing is mounted
 * by loop; the machine is started with its kernel from outside (libvirt's direct kernel boot), so there is no boot loader.
 *
 *   sudo node vagrant/make-box.mjs [podlab.box]
 *
 * Plain JavaScript, for the Node that Debian has. PODLAB_MIRROR names another Debian mirror, PODLAB_SUITE another release.
 */
import {existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {dirname, join, resolve} from 'node:path'
import {$} from 'zx'
import {boxVagrantfile, settings} from './box-files.mjs'
import {requirePrograms, requireRoot} from './requirements.mjs'

$.verbose = false
$.quiet = true
const box = resolve(process.argv[2] ?? 'podlab.box')
const checkout = dirname(import.meta.dirname)
/* Without one debootstrap takes Debian's own. */
const mirror = process.env.PODLAB_MIRROR ? [process.env.PODLAB_MIRROR] : []
const suite = process.env.PODLAB_SUITE ?? 'bookworm'
const diskGigabytes = 10

requireRoot('debootstrap makes device files')
requirePrograms({
  debootstrap: 'debootstrap',
  mke2fs: 'e2fsprogs',
  'qemu-img': 'qemu-utils',
  rsync: 'rsync',
  'ssh-keygen': 'openssh-client',
  unshare: 'util-linux',
})

const work = mkdtempSync(join(process.env.TMPDIR ?? '/var/tmp', 'podlab-box-'))
const root = join(work, 'root')
try {
  await step('Debian', makeRoot)
  await step('settings', writeSettings)
  await step("podlab's packages, by its launcher", installPodlab)
  await step('what must not be in two machines', forgetIdentity)
  await step('disk', makeDisk)
  await step('box', packBox)
  const megabytes = Math.round(statSync(box).size / 2 ** 20)
  console.log(
    `${box}: ${megabytes} MB. Next: PODLAB_BOX=podlab/debian PODLAB_BOX_URL=${box} vagrant up --provider=libvirt`,
  )
} finally {
  rmSync(work, {recursive: true, force: true})
}

async function step(name, act) {
  const started = performance.now()
  await act()
  console.log(`${name}: ${((performance.now() - started) / 1000).toFixed(0)} s`)
}

/* The cloud kernel has every module that podlab wants, and is half as large as the usual one. */
async function makeRoot() {
  const architecture = (await $`dpkg --print-architecture`).stdout.trim()
  const packages = [
    `linux-image-cloud-${architecture}`,
    'systemd-sysv,systemd-resolved,dbus,udev,kmod,openssh-server,sudo,rsync,ca-certificates,less',
  ]
  await $`debootstrap --variant=minbase --include=${packages.join(',')} ${suite} ${root} ${mirror}`
}

async function writeSettings() {
  await $`ssh-keygen -q -t ed25519 -N ${''} -C podlab-box -f ${join(work, 'key')}`
  await inRoot(
    'useradd --create-home --shell /bin/bash vagrant && install -d -m 700 -o vagrant -g vagrant /home/vagrant/.ssh',
  )
  await $`install -m 600 ${join(work, 'key.pub')} ${join(root, 'home/vagrant/.ssh/authorized_keys')}`
  await inRoot(
    'chown vagrant:vagrant /home/vagrant/.ssh/authorized_keys && systemctl enable systemd-networkd systemd-resolved ssh',
  )
  for (const [file, text] of Object.entries(settings)) {
    mkdirSync(dirname(join(root, file)), {recursive: true})
    writeFileSync(join(root, file), text)
  }
}

/*
 * The checkout, without what is this machine's alone, and then the launcher as its owner will call it. For this long the new
 * tree sees what this machine trusts and how it finds names. podlab lies at home in /podlab, where the Vagrantfile syncs it.
 */
async function installPodlab() {
  await $`rsync -a --chown=1000:1000 --exclude=node_modules --exclude=.git --exclude=dist --exclude=coverage ${checkout}/ ${root}/podlab/`
  await inRoot('systemctl enable ssh-host-keys && /podlab/podlab --version && rm -rf /root/.npm /home/vagrant/.npm')
}

/* Two machines with one machine-id get one lease. An empty file is filled at the first start; dbus has a copy. */
async function forgetIdentity() {
  await inRoot(
    'apt-get clean && rm -rf /var/lib/apt/lists/* /etc/ssh/ssh_host_* /var/lib/dbus/machine-id && : >/etc/machine-id && ' +
      'rm -f /etc/resolv.conf && ln -s /run/systemd/resolve/stub-resolv.conf /etc/resolv.conf',
  )
}

async function makeDisk() {
  const kernel = join(root, 'boot', newest('vmlinuz-'))
  const initrd = join(root, 'boot', newest('initrd.img-'))
  await $`cp ${kernel} ${join(work, 'vmlinuz')} && cp ${initrd} ${join(work, 'initrd.img')}`
  await $`mke2fs -q -t ext4 -d ${root} ${join(work, 'box.raw')} ${diskGigabytes}G`
  await $`qemu-img convert -c -O qcow2 ${join(work, 'box.raw')} ${join(work, 'box.img')}`
}

function newest(prefix) {
  const name = readdirSync(join(root, 'boot'))
    .filter(file => file.startsWith(prefix))
    .sort()
    .at(-1)
  if (name === undefined) throw new Error(`no ${prefix}* in the new machine's /boot`)
  return name
}

async function packBox() {
  writeFileSync(
    join(work, 'metadata.json'),
    JSON.stringify({provider: 'libvirt', format: 'qcow2', virtual_size: diskGigabytes}),
  )
  writeFileSync(join(work, 'Vagrantfile'), boxVagrantfile)
  await $`tar -C ${work} -czf ${box} metadata.json Vagrantfile box.img vmlinuz initrd.img key`
}

/* In mount and pid namespaces of its own: whatever the script mounts or starts ends with it. */
async function inRoot(script) {
  const certificates = '/etc/ssl/certs/ca-certificates.crt'
  const setUp = [
    'mount -t proc proc "$1/proc"',
    'mount --rbind /dev "$1/dev"',
    'cp --remove-destination /etc/resolv.conf "$1/etc/resolv.conf"',
    existsSync(certificates) ? `mount -t tmpfs t "$1/mnt" && cp ${certificates} "$1/mnt/"` : 'true',
    'exec chroot "$1" /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin NODE_EXTRA_CA_CERTS=/mnt/ca-certificates.crt npm_config_cafile=/mnt/ca-certificates.crt /bin/sh -euc "$2"',
  ]
  await $`unshare --mount --pid --fork --kill-child --propagation private /bin/sh -euc ${setUp.join('\n')} in-root ${root} ${script}`
}
