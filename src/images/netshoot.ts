import type {Image} from './image.ts'

/** The network trouble-shooter's box: a shell with every network tool that this machine has. */
export const netshoot: Image = {
  name: 'nicolaka/netshoot',
  aliases: ['ghcr.io/nicolaka/netshoot'],
  summary: "A shell with this machine's network tools (ip, ss, tcpdump, dig, curl, nft, iptables, ...)",
  root: 'host',
  entrypoint: [],
  arguments: ['bash'],
  needs: {ip: 'iproute2', tcpdump: 'tcpdump', dig: 'dnsutils', curl: 'curl', iptables: 'iptables', nft: 'nftables'},
}
