/*
 * Asks a DNS server on 127.0.0.1 as fast as it answers: so many questions are under way at a time, from one socket.
 *
 *   dns-load PORT SECONDS UNDER_WAY < names        a name a line; a line that begins with `%` gets a new number in its place each time
 *
 * Prints: answers, questions without an answer for a second, seconds, and the 50th and 99th percentile of the time to an answer in microseconds.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { most_names = 20000, most_under_way = 1024, longest = 300, bounds = 1000000, batch = 64 };

static char names[most_names][128];
static int name_count;
static double began[most_under_way];
static unsigned histogram[bounds];
static unsigned serial;

static double now(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return at.tv_sec + at.tv_nsec / 1e9;
}

/* The question for the A record of a name; the number says which one of those under way it is. */
static int question(unsigned char *packet, int id) {
  static const unsigned char rest[10] = {1, 0, 0, 1};
  const char *name = names[serial % name_count];
  char fresh[160];
  if (*name == '%') {
    snprintf(fresh, sizeof fresh, "n%u%s", serial, name + 1);
    name = fresh;
  }
  serial++;
  packet[0] = id >> 8;
  packet[1] = id;
  memcpy(packet + 2, rest, 10);
  int at = 12;
  while (*name) {
    int length = strcspn(name, ".");
    packet[at++] = length;
    memcpy(packet + at, name, length);
    at += length;
    name += length + (name[length] == '.');
  }
  static const unsigned char end[5] = {0, 0, 1, 0, 1};
  memcpy(packet + at, end, 5);
  return at + 5;
}

static void ask(int socket, int id, double at) {
  unsigned char packet[longest];
  int length = question(packet, id);
  began[id] = at;
  if (send(socket, packet, length, 0) < 0) began[id] = at - 0.9;
}

static double percentile(unsigned long total, double part) {
  unsigned long seen = 0;
  for (int at = 0; at < bounds; at++) {
    seen += histogram[at];
    if (seen >= total * part) return at;
  }
  return bounds;
}

int main(int count, char **words) {
  if (count != 4) return 2;
  int under_way = atoi(words[3]);
  double seconds = atof(words[2]);
  while (name_count < most_names && fgets(names[name_count], sizeof names[0], stdin)) {
    names[name_count][strcspn(names[name_count], "\n")] = 0;
    name_count++;
  }
  int udp = socket(AF_INET, SOCK_DGRAM, 0);
  int size = 4 << 20;
  setsockopt(udp, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons(atoi(words[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (connect(udp, (struct sockaddr *)&server, sizeof server)) return 1;

  static unsigned char buffers[batch][4096];
  struct iovec parts[batch];
  struct mmsghdr messages[batch];
  memset(messages, 0, sizeof messages);
  for (int at = 0; at < batch; at++) {
    parts[at] = (struct iovec){buffers[at], sizeof buffers[at]};
    messages[at].msg_hdr.msg_iov = &parts[at];
    messages[at].msg_hdr.msg_iovlen = 1;
  }
  unsigned long answers = 0, lost = 0;
  double start = now(), looked = start, at = start;
  for (int id = 0; id < under_way; id++) ask(udp, id, at);
  while (at - start < seconds) {
    struct pollfd ready = {udp, POLLIN, 0};
    int got = poll(&ready, 1, 100) > 0 ? recvmmsg(udp, messages, batch, MSG_DONTWAIT, 0) : 0;
    at = now();
    for (int one = 0; one < got; one++) {
      int id = buffers[one][0] << 8 | buffers[one][1];
      if (id >= under_way) continue;
      int took = (at - began[id]) * 1e6;
      histogram[took < bounds ? took : bounds - 1]++;
      answers++;
      ask(udp, id, at);
    }
    if (at - looked < 0.2) continue;
    looked = at;
    for (int id = 0; id < under_way; id++)
      if (at - began[id] > 1) {
        lost++;
        ask(udp, id, at);
      }
  }
  printf("%lu %lu %.3f %.0f %.0f\n", answers, lost, at - start, percentile(answers, 0.5), percentile(answers, 0.99));
  return 0;
}
