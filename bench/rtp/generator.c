/*
 * Paces VP8-shaped RTP: 30 frames a second of 3 or 4 packets of 1,190 bytes a stream (105 packets/s, 1 Mbit/s).
 *
 * Streams are added at any time by a line on stdin:  localPort remotePort ssrc payloadType key
 * where key is the base64 of an AEAD_AES_256_GCM master key and salt (44 bytes), or "-" for plain RTP.
 * Streams send from 127.0.0.3:localPort to 127.0.0.1:remotePort.
 * SIGUSR1 prints {"sent":packets,"late":ticks} counted since the start; late ticks were more than 50 ms behind.
 *
 * The load is spread over 128 slots of a frame's time, so that a worker is not handed bursts.
 * SRTP follows RFC 7714 (packet protection) and RFC 3711 section 4.3 with RFC 6188 (key derivation).
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { SLOTS = 128, FRAMES_PER_SECOND = 30, PAYLOAD = 1190, HEADER = 12, TAG = 16, MAX_STREAMS = 4096, KEY_FRAME_EVERY = 60 };

struct stream {
  int fd, payload_type, frame;
  uint32_t ssrc, timestamp, rollover;
  uint16_t sequence;
  EVP_CIPHER_CTX *cipher; /* NULL for plain RTP */
  uint8_t salt[12];
};

static struct stream streams[MAX_STREAMS];
static int stream_count;
static unsigned long sent, late;
static volatile sig_atomic_t stopped, report;

static void on_signal(int signal_number) {
  if (signal_number == SIGUSR1) report = 1;
  else stopped = 1;
}

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000ull + t.tv_nsec;
}

/* Session key or salt from the master key: the keystream of AES-256-CTR whose counter holds salt and label. */
static void derive(const uint8_t *master, uint8_t label, uint8_t *out, int length) {
  uint8_t counter[16] = {0}, zeros[32] = {0};
  int written;
  memcpy(counter, master + 32, 12);
  counter[7] ^= label;
  EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
  EVP_EncryptInit_ex(c, EVP_aes_256_ctr(), NULL, master, counter);
  EVP_EncryptUpdate(c, out, &written, zeros, length);
  EVP_CIPHER_CTX_free(c);
}

static void add_stream(const char *line) {
  int local_port, remote_port, payload_type;
  unsigned ssrc;
  char key[128];
  if (stream_count == MAX_STREAMS || sscanf(line, "%d %d %u %d %127s", &local_port, &remote_port, &ssrc, &payload_type, key) != 5) {
    fprintf(stderr, "generator: bad line: %s\n", line);
    exit(1);
  }
  struct stream *s = &streams[stream_count];
  *s = (struct stream){.ssrc = ssrc, .payload_type = payload_type, .timestamp = 1000, .sequence = 1};
  struct sockaddr_in local = {.sin_family = AF_INET, .sin_port = htons(local_port)};
  struct sockaddr_in remote = {.sin_family = AF_INET, .sin_port = htons(remote_port)};
  inet_pton(AF_INET, "127.0.0.3", &local.sin_addr);
  inet_pton(AF_INET, "127.0.0.1", &remote.sin_addr);
  s->fd = socket(AF_INET, SOCK_DGRAM, 0);
  if (bind(s->fd, (struct sockaddr *)&local, sizeof local) || connect(s->fd, (struct sockaddr *)&remote, sizeof remote)) {
    perror("generator: socket");
    exit(1);
  }
  if (strcmp(key, "-") != 0) {
    uint8_t master[64], session[32];
    EVP_DecodeBlock(master, (const uint8_t *)key, strlen(key));
    derive(master, 0, session, 32);
    derive(master, 2, s->salt, 12);
    s->cipher = EVP_CIPHER_CTX_new();
    EVP_EncryptInit_ex(s->cipher, EVP_aes_256_gcm(), NULL, session, NULL);
  }
  stream_count++;
}

static void read_lines(void) {
  static char buffer[1 << 16];
  static size_t used;
  ssize_t got = read(0, buffer + used, sizeof buffer - 1 - used);
  if (got <= 0) return;
  used += got;
  char *start = buffer, *end;
  while ((end = memchr(start, '\n', buffer + used - start))) {
    *end = 0;
    add_stream(start);
    start = end + 1;
  }
  used = buffer + used - start;
  memmove(buffer, start, used);
}

/* Encrypts the payload in place and appends the tag. Returns the new length. */
static int protect(struct stream *s, uint8_t *packet, int length) {
  uint8_t iv[12] = {0};
  int written;
  memcpy(iv + 2, packet + 8, 4);
  uint32_t rollover = htonl(s->rollover);
  memcpy(iv + 6, &rollover, 4);
  memcpy(iv + 10, packet + 2, 2);
  for (int i = 0; i < 12; i++) iv[i] ^= s->salt[i];
  EVP_EncryptInit_ex(s->cipher, NULL, NULL, NULL, iv);
  EVP_EncryptUpdate(s->cipher, NULL, &written, packet, HEADER);
  EVP_EncryptUpdate(s->cipher, packet + HEADER, &written, packet + HEADER, length - HEADER);
  EVP_EncryptFinal_ex(s->cipher, packet + length, &written);
  EVP_CIPHER_CTX_ctrl(s->cipher, EVP_CTRL_AEAD_GET_TAG, TAG, packet + length);
  return length + TAG;
}

static void send_frame(struct stream *s) {
  static const uint8_t key_frame[] = {0x10, 0, 0, 0, 0x9d, 1, 0x2a, 0x80, 2, 0x68, 1}; /* 640 x 360 */
  int packets = s->frame % 2 ? 4 : 3;
  for (int i = 0; i < packets; i++) {
    uint8_t packet[HEADER + PAYLOAD + TAG];
    uint16_t sequence = htons(s->sequence);
    uint32_t timestamp = htonl(s->timestamp), ssrc = htonl(s->ssrc);
    packet[0] = 0x80;
    packet[1] = s->payload_type | (i == packets - 1 ? 0x80 : 0);
    memcpy(packet + 2, &sequence, 2);
    memcpy(packet + 4, &timestamp, 4);
    memcpy(packet + 8, &ssrc, 4);
    memset(packet + HEADER, 0x5a, PAYLOAD);
    packet[HEADER] = i == 0 ? 0x10 : 0;
    packet[HEADER + 1] = 1;
    if (i == 0 && s->frame % KEY_FRAME_EVERY == 0) memcpy(packet + HEADER, key_frame, sizeof key_frame);
    int length = HEADER + PAYLOAD;
    if (s->cipher) length = protect(s, packet, length);
    if (send(s->fd, packet, length, 0) == length) sent++;
    if (++s->sequence == 0) s->rollover++;
  }
  s->frame++;
  s->timestamp += 90000 / FRAMES_PER_SECOND;
}

int main(void) {
  signal(SIGTERM, on_signal);
  signal(SIGINT, on_signal);
  signal(SIGUSR1, on_signal);
  fcntl(0, F_SETFL, fcntl(0, F_GETFL) | O_NONBLOCK);
  const uint64_t start = now(), tick = 1000000000ull / FRAMES_PER_SECOND / SLOTS;
  printf("ready\n");
  fflush(stdout);
  for (uint64_t k = 0; !stopped; k++) {
    if (report) {
      report = 0;
      printf("{\"sent\":%lu,\"late\":%lu}\n", sent, late);
      fflush(stdout);
    }
    read_lines();
    uint64_t due = start + k * tick, at = now();
    if (at > due + 50000000ull) late++;
    struct timespec until = {due / 1000000000ull, due % 1000000000ull};
    while (at < due && !stopped && clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR) at = now();
    for (int i = k % SLOTS; i < stream_count; i += SLOTS) send_frame(&streams[i]);
  }
  return 0;
}
