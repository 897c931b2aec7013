/**
 * Files of the new machine, as text.
 *
 * The machine's name is its lease's identity only by its MAC: two machines from one box would else ask for the same address. eth1 and
 * further are Vagrant's to configure.
 */
export const settings = {
  'etc/hostname': 'podlab\n',
  'etc/hosts': '127.0.0.1 localhost\n127.0.1.1 podlab\n',
  'etc/fstab': '/dev/vda / ext4 defaults 0 1\n',
  'etc/sudoers.d/vagrant': 'vagrant ALL=(ALL) NOPASSWD:ALL\n',
  'etc/systemd/network/10-eth0.network': '[Match]\nName=eth0\n[Network]\nDHCP=ipv4\n[DHCPv4]\nClientIdentifier=mac\n',
  'etc/ssh/sshd_config.d/podlab.conf': 'UseDNS no\nPasswordAuthentication no\n',
  'etc/systemd/system/ssh-host-keys.service':
    '[Unit]\nBefore=ssh.service\nConditionPathExists=!/etc/ssh/ssh_host_ed25519_key\n' +
    '[Service]\nType=oneshot\nExecStart=/usr/bin/ssh-keygen -A\n[Install]\nWantedBy=multi-user.target\n',
}

/** The box's own Vagrantfile. The key is this box's own, so nobody else's box opens with it. */
export const boxVagrantfile = `Vagrant.configure('2') do |config|
  config.ssh.private_key_path = File.expand_path('key', __dir__)
  config.vm.provider :libvirt do |libvirt|
    libvirt.kernel = File.expand_path('vmlinuz', __dir__)
    libvirt.initrd = File.expand_path('initrd.img', __dir__)
    libvirt.cmd_line = 'root=/dev/vda rw net.ifnames=0 console=ttyS0 quiet'
  end
end
`
