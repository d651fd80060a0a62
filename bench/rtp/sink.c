/*
 * Counts RTP packets that arrive at 127.0.0.2, ports <first> to <first + count - 1>. RTCP is told apart and not counted.
 * SIGUSR1 prints {"packets":n,"bytes":n} counted since the start.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>

enum { BATCH = 64, MTU = 2048, RECEIVE_BUFFER = 64 << 20 };

static uint8_t buffers[BATCH][MTU];
static struct mmsghdr messages[BATCH];
static struct iovec vectors[BATCH];
static volatile sig_atomic_t stopped, report;

static void on_signal(int signal_number) {
  if (signal_number == SIGUSR1) report = 1;
  else stopped = 1;
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  struct sigaction action = {.sa_handler = on_signal}; /* no SA_RESTART: a signal wakes epoll_wait */
  sigaction(SIGUSR1, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGINT, &action, NULL);
  int poll = epoll_create1(0), first = atoi(argv[1]), count = atoi(argv[2]);
  for (int i = 0; i < count; i++) {
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0), size = RECEIVE_BUFFER;
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size)) setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(first + i)};
    inet_pton(AF_INET, "127.0.0.2", &address.sin_addr);
    if (bind(fd, (struct sockaddr *)&address, sizeof address)) {
      perror("sink: bind");
      return 1;
    }
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event);
  }
  for (int i = 0; i < BATCH; i++) {
    vectors[i] = (struct iovec){buffers[i], MTU};
    messages[i].msg_hdr.msg_iov = &vectors[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  unsigned long packets = 0, bytes = 0;
  printf("ready\n");
  fflush(stdout);
  while (!stopped) {
    struct epoll_event events[16];
    if (report) {
      report = 0;
      printf("{\"packets\":%lu,\"bytes\":%lu}\n", packets, bytes);
      fflush(stdout);
    }
    int ready = epoll_wait(poll, events, 16, 100);
    for (int j = 0; j < ready; j++) {
      int got = recvmmsg(events[j].data.fd, messages, BATCH, MSG_DONTWAIT, NULL);
      for (int i = 0; i < got; i++) {
        int rtcp = messages[i].msg_len > 1 && buffers[i][1] >= 192 && buffers[i][1] <= 223; /* RFC 5761 section 4 */
        if (rtcp) continue;
        packets++;
        bytes += messages[i].msg_len;
      }
    }
  }
  return 0;
}
