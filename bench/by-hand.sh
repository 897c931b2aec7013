#!/bin/sh
# labs/kubia by hand: the same two nodes, four pods and one Service, one command after the other, without podlab.
# bench/lab.ts runs it in a sandbox of its own and takes the time until the first "You've hit".
set -eu
PATH=/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin
mount --make-rprivate /
mount -t tmpfs tmpfs /run
mkdir /run/netns /run/www

ip link add underlay0 type bridge
ip link set underlay0 up

node() { # NAME ADDRESS THIRD-BYTE PEER-ADDRESS PEER-THIRD-BYTE
  ip netns add "$1"
  ip -n "$1" link set lo up
  ip link add name "$1" type veth peer name eth0 netns "$1"
  ip link set dev "$1" master underlay0 up
  ip -n "$1" address add "$2/24" dev eth0
  ip -n "$1" link set eth0 up
  ip -n "$1" link add docker0 type bridge
  ip -n "$1" address add "172.17.$3.1/24" dev docker0
  ip -n "$1" link set docker0 mtu 1450 up
  ip -n "$1" link add flannel.1 address "02:42:ac:11:$(printf %02x "$3"):00" type vxlan id 1 local "$2" dev eth0 dstport 8472 nolearning
  ip -n "$1" address add "172.17.$3.0/32" dev flannel.1
  ip -n "$1" link set flannel.1 mtu 1450 up
  ip -n "$1" neighbour add "172.17.$5.0" lladdr "02:42:ac:11:$(printf %02x "$5"):00" dev flannel.1
  bridge -n "$1" fdb append "02:42:ac:11:$(printf %02x "$5"):00" dev flannel.1 dst "$4"
  ip -n "$1" route add "172.17.$5.0/24" via "172.17.$5.0" dev flannel.1 onlink
  ip netns exec "$1" sysctl -q -w net.ipv4.ip_forward=1
}

pod() { # NAME NODE THIRD-BYTE LAST-BYTE
  ip netns add "$1"
  ip -n "$1" link set lo up
  ip -n "$2" link add name "$1" type veth peer name eth0 netns "$1"
  ip -n "$2" link set dev "$1" master docker0 mtu 1450 up
  ip -n "$1" address add "172.17.$3.$4/24" dev eth0
  ip -n "$1" link set eth0 mtu 1450 up
  ip -n "$1" route add default via "172.17.$3.1"
}

server() { # NAME
  mkdir "/run/www/$1"
  echo "You've hit $1" >"/run/www/$1/index.html"
  ip netns exec "$1" busybox httpd -p 8080 -h "/run/www/$1"
}

node master 10.0.20.4 13 10.0.20.11 12
node node1 10.0.20.11 12 10.0.20.4 13
pod client node1 12 2
pod kubia-a master 13 2
pod kubia-b node1 12 3
pod kubia-c master 13 3
for name in kubia-a kubia-b kubia-c; do server "$name"; done

for name in master node1; do
  ip netns exec "$name" iptables-restore <<RULES
*nat
:KUBE-SERVICES - [0:0]
:KUBE-SVC-KUBIA - [0:0]
-A PREROUTING -j KUBE-SERVICES
-A OUTPUT -j KUBE-SERVICES
-A KUBE-SERVICES -d 10.98.237.175/32 -p tcp --dport 80 -j KUBE-SVC-KUBIA
-A KUBE-SVC-KUBIA -m statistic --mode random --probability 0.33333333349 -p tcp -j DNAT --to-destination 172.17.13.2:8080
-A KUBE-SVC-KUBIA -m statistic --mode random --probability 0.5 -p tcp -j DNAT --to-destination 172.17.12.3:8080
-A KUBE-SVC-KUBIA -p tcp -j DNAT --to-destination 172.17.13.3:8080
COMMIT
RULES
done

ip netns exec client curl -s http://10.98.237.175
