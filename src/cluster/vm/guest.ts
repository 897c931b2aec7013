/**
 * What runs inside before the command does. The kernel starts `/init` from its first root, which mounts the host's / (read-only, over 9p)
 * below a tmpfs: all is there, and whatever is written stays in memory. The second script, in that root, is told over a port of
 * virtio what to run. A port may be opened once, so output goes to it through `cat`: a program may then open /dev/stderr as often as it
 * likes. What the command has left running would keep those open, and is ended. The command is run by the host's own shell: that of busybox
 * takes its own ip, sh or unshare for the machine's.
 */
export const guestInit = `#!/bin/busybox sh
B=/bin/busybox
$B mount -t proc p /proc; $B mount -t sysfs s /sys; $B mount -t devtmpfs d /dev 2>/dev/null
for f in $($B cat /modules/order); do $B insmod /modules/$f; done
fail() { echo "podlab: $1"; $B poweroff -f; }
$B mount -t 9p -o ro,trans=virtio,version=9p2000.L,msize=512000,cache=loose root /lower || fail "no root"
$B mount -t tmpfs -o mode=755,size=80% t /upper; $B mkdir /upper/u /upper/w
$B mount -t overlay -o lowerdir=/lower,upperdir=/upper/u,workdir=/upper/w o /new || fail "no overlay"
for d in proc sys dev; do $B mount --move /$d /new/$d; done
$B mount -t tmpfs -o mode=755 t /new/run; $B mkdir /new/run/podlab-vm
$B cp /bin/busybox /second /new/run/podlab-vm/
exec $B switch_root /new /run/podlab-vm/busybox sh /run/podlab-vm/second
`

export const guestSecond = `H=/run/podlab-vm; B=$H/busybox
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
$B mkdir -p /run/lock /run/netns /dev/pts /dev/shm /dev/mqueue
$B mount -t devpts -o gid=5,mode=620,ptmxmode=666 d /dev/pts; $B mount -t tmpfs t /dev/shm
$B mount -t cgroup2 c /sys/fs/cgroup 2>/dev/null; $B mount -t bpf b /sys/fs/bpf 2>/dev/null
$B ln -snf /proc/self/fd /dev/fd; $B ln -snf fd/0 /dev/stdin; $B ln -snf fd/1 /dev/stdout; $B ln -snf fd/2 /dev/stderr
$B hostname podlab-vm; $B ip link set lo up; echo 1 > /proc/sys/kernel/printk
for v in /sys/class/virtio-ports/*; do
  case $($B cat $v/name) in job) J=/dev/\${v##*/};; out) O=/dev/\${v##*/};; err) E=/dev/\${v##*/};; esac
done
exec 9<>$J
read -r job <&9
echo "$job" | $B base64 -d > $H/job
share() { $B mkdir -p "$2" && $B mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,cache=mmap "$1" "$2" || echo "podlab: cannot share $2"; }
modules() { V=$($B uname -r); $B mkdir -p /lib/modules/$V && $B mount --bind "$1" /lib/modules/$V || echo "podlab: no modules"; }
. $H/job
modprobe -q br_netfilter # no program asks for it by doing anything
$B mkfifo $H/out $H/err
$B cat $H/out > $O & CO=$!
$B cat $H/err > $E & CE=$!
echo began >&9
( exec 9>&-; cd "$folder" || exit 125; exec $B setsid /bin/sh $H/command ) < /dev/null > $H/out 2> $H/err
rc=$?
for p in /proc/[0-9]*; do
  p=\${p#/proc/}
  case " 1 $CO $CE " in *" $p "*) continue;; esac
  if [ -e /proc/$p/exe ]; then kill -9 $p 2>/dev/null; fi
done
wait $CO $CE
echo "code $rc" >&9
$B sync; $B sleep 0.2; $B poweroff -f
`

/** What a machine is to run. */
export type Job = {
  readonly command: readonly string[]
  /** Where; a folder of the host's. */
  readonly folder: string
  readonly environment: Readonly<Record<string, string>>
  /** Folders of the host's that it may write to. */
  readonly shares: readonly string[]
  /** The folder with the modules of its kernel. */
  readonly modules: string
}

/** The line that tells the second script what to do: a shell script in base 64. */
export function jobLine({command, folder, environment, shares, modules}: Job): string {
  const variables = Object.entries(environment).map(([name, value]) => `export ${name}=${quoted(value)}`)
  const program = [...variables, `exec ${command.map(quoted).join(' ')}`]
  const script = [
    `modules ${quoted(modules)}`,
    ...shares.map((share, index) => `share share${index} ${quoted(share)}`),
    `folder=${quoted(folder)}`,
    `cat > /run/podlab-vm/command <<'${endMark}'`,
    ...program,
    endMark,
  ].join('\n')
  return `${Buffer.from(`${script}\n`).toString('base64')}\n`
}

/* A word that nobody has on a line of its own: the lines are quoted. */
const endMark = 'podlab-vm-command-ends-here'

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
