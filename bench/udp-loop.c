/*
 * What podlab's forwarder is measured against: the same work as a plain loop in C, one system call a packet, as flannel's own
 * daemon does it. udp-loop DEVICE OWN-IP SUBNET PEER-IP, SUBNET a /24; runs in the node's namespace until it is killed.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/ip.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static int pass_on(struct iphdr *header) {
  if (header->ttl <= 1) return 0;
  header->ttl--;
  unsigned sum = header->check + htons(0x0100);
  header->check = sum + (sum >= 0xffff);
  return 1;
}

int main(int count, char **words) {
  if (count != 5) return 2;
  char packet[1472];
  struct iphdr *header = (struct iphdr *)packet;
  struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
  strncpy(request.ifr_name, words[1], IFNAMSIZ - 1);
  int tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
  if (tun < 0 || ioctl(tun, TUNSETIFF, &request) < 0) return perror("tun"), 1;

  struct sockaddr_in own = {.sin_family = AF_INET, .sin_port = htons(8285)}, peer = own;
  inet_pton(AF_INET, words[2], &own.sin_addr);
  inet_pton(AF_INET, words[4], &peer.sin_addr);
  in_addr_t subnet = inet_addr(words[3]), mask = htonl(0xffffff00);
  int sock = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  if (bind(sock, (struct sockaddr *)&own, sizeof own) < 0) return perror("bind"), 1;

  struct pollfd ready[] = {{tun, POLLIN, 0}, {sock, POLLIN, 0}};
  while (poll(ready, 2, -1) > 0 && !(ready[0].revents & POLLERR)) {
    for (int active = 1; active;) {
      active = 0;
      ssize_t length = read(tun, packet, sizeof packet);
      if (length >= (ssize_t)sizeof *header) {
        active = 1;
        if ((header->daddr & mask) == subnet && pass_on(header))
          sendto(sock, packet, length, 0, (struct sockaddr *)&peer, sizeof peer);
      }
      length = recv(sock, packet, sizeof packet, 0);
      if (length >= (ssize_t)sizeof *header) {
        active = 1;
        if (pass_on(header) && write(tun, packet, length) < 0) continue;
      }
    }
  }
}
