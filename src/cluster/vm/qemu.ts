import {accessSync, constants, existsSync} from 'node:fs'

/** How qemu is started: by descriptors 3 to 6 it speaks to us, see `ports`. */
export type QemuOptions = {
  readonly kernel: string
  readonly initrd: string
  readonly memoryMb: number
  readonly cpus: number
  readonly accelerator: Accelerator
  readonly shares: readonly string[]
}

export type Accelerator = 'kvm' | 'tcg'

/** What a descriptor of qemu's is inside: three ports of virtio, and the first serial line, where the kernel writes. */
export const ports = {job: 3, out: 4, err: 5, console: 6} as const

/** The words after `qemu-system-x86_64`. */
export function qemuArguments({kernel, initrd, memoryMb, cpus, accelerator, shares}: QemuOptions): readonly string[] {
  const [accel, cpu] = accelerator === 'kvm' ? ['kvm', 'host'] : ['tcg,thread=multi,tb-size=512', 'max']
  const folders = [
    ...folder('root', '/', 'security_model=none,readonly=on'),
    ...shares.flatMap((share, index) => folder(`share${index}`, share, 'security_model=passthrough')),
  ]
  return [
    ...['-M', 'pc,usb=off', '-accel', accel ?? '', '-cpu', cpu ?? '', '-m', String(memoryMb), '-smp', String(cpus)],
    ...['-display', 'none', '-no-reboot', '-nodefaults', '-nic', 'none'],
    ...['-kernel', kernel, '-initrd', initrd, '-append', kernelLine],
    ...['-device', 'virtio-rng-pci', '-device', 'virtio-serial-pci,max_ports=8'],
    ...Object.entries(ports).flatMap(([name, descriptor]) => [
      ...['-chardev', `socket,id=${name},fd=${descriptor}`],
      ...(name === 'console'
        ? ['-serial', 'chardev:console']
        : ['-device', `virtserialport,chardev=${name},name=${name}`]),
    ]),
    ...folders,
  ]
}

/* Nobody attacks a machine that lives for a minute: it goes without the slow defences. */
const kernelLine =
  'console=ttyS0 quiet panic=-1 mitigations=off nokaslr tsc=reliable no_timer_check random.trust_cpu=on rdinit=/init'

/* Several file systems of the host below one folder would else have files of one number. */
function folder(tag: string, path: string, how: string): readonly string[] {
  const escaped = path.replaceAll(',', ',,')
  return [
    ...['-fsdev', `local,id=${tag},path=${escaped},${how},multidevs=remap`],
    ...['-device', `virtio-9p-pci,fsdev=${tag},mount_tag=${tag}`],
  ]
}

/** KVM where the processor gives it. The device alone proves nothing: some machines only emulate a part. */
export function bestAccelerator(): Accelerator {
  const isProcessors = ['kvm_intel', 'kvm_amd'].some(name => existsSync(`/sys/module/${name}`))
  return isProcessors && mayOpen('/dev/kvm') ? 'kvm' : 'tcg'
}

function mayOpen(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK)
    return true
  } catch {
    return false
  }
}
