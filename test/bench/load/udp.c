// Asks a DNS server over UDP and costs less than the servers it measures: many datagrams with each call of sendmmsg and
// recvmmsg (Linux).
//
//   udp [-s] [-w WINDOW | -r RATE] [-n COUNT] HOST PORT MILLISECONDS < QUESTIONS
//
// QUESTIONS are messages with their length in two octets in front, as over TCP (RFC 1035 section 4.2.2), asked in
// turn. Where the name of one begins with eight '#', they become a number in hexadecimal that counts up: each is
// then another.
//
// Closed loop (-w): so many questions are under way at any time, and the next leaves when an answer has come. Open
// loop (-r): so many leave each second at fixed times, whatever comes back, and latency counts from the time at
// which a question was due, so that a server that stalls cannot hide it by holding up the load. Ends after
// MILLISECONDS or COUNT answers.
//
// It looks for answers without ever going to sleep, as waking it up would cost the server CPU time, more or less of
// it by chance. With -s the closed loop sleeps, for a core that other programs need as well.
//
// Prints one line of JSON: questions sent; answers (those with the ID of a question under way) and how many of them
// say NOERROR; octets of all answers; the share of the time in which this program had something to do; for the open
// loop the 50th and 99th percentile of latency in microseconds.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum {
  BATCH = 64,
  IDS = 65536,
  MOST_QUESTIONS = 65536,
  MOST_OCTETS = 512, // of a question
  HEADER = 12,
  COUNTER = HEADER + 1, // where the '#' begin: behind the header and the length of the first label
  COUNTER_DIGITS = 8,
  BUCKETS = 1000001, // of latency, 100 ns each; the last is for all that took longer than 100 ms
  BUCKET_NS = 100,
  BUFFER = 4 << 20,
  STALL_SECONDS = 1, // without any answer: what is under way is lost; a busy machine may well let a server wait for less
};

struct question {
  uint16_t length;
  uint8_t counted;
  uint8_t octets[MOST_OCTETS];
};

static const uint64_t SECOND = 1000000000; // in nanoseconds

static struct question *questions;
static size_t question_count, next_question;
static uint32_t counter;

static uint64_t sent_at[IDS]; // when the question with this ID was due, in nanoseconds; 0: it is not under way
static uint16_t next_id;
static long under_way, sent, answers, noerror, octets;
static uint64_t idle; // nanoseconds in which no answer was there and none was due
static uint32_t latency[BUCKETS];

static int fd;
static struct mmsghdr out[BATCH], in[BATCH];
static struct iovec out_parts[BATCH], in_parts[BATCH];
static uint8_t out_octets[BATCH][MOST_OCTETS], in_octets[BATCH][4096];

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * SECOND + t.tv_nsec;
}

static void read_questions(void) {
  uint8_t length[2];
  questions = malloc(MOST_QUESTIONS * sizeof *questions);
  while (question_count < MOST_QUESTIONS && fread(length, 1, 2, stdin) == 2) {
    struct question *q = &questions[question_count++];
    q->length = length[0] << 8 | length[1];
    int fits = q->length > COUNTER + COUNTER_DIGITS && q->length <= MOST_OCTETS;
    if (!fits || fread(q->octets, 1, q->length, stdin) != q->length) {
      fprintf(stderr, "question %zu is cut or of no fitting length\n", question_count);
      exit(1);
    }
    q->counted = !memcmp(q->octets + COUNTER, "########", COUNTER_DIGITS);
  }
  if (question_count == 0) {
    fprintf(stderr, "no questions\n");
    exit(1);
  }
}

static void open_socket(const char *host, const char *port) {
  struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons(atoi(port))};
  struct timeval stall = {.tv_sec = STALL_SECONDS};
  int size = BUFFER;
  if (inet_pton(AF_INET, host, &server.sin_addr) != 1) {
    fprintf(stderr, "%s is no IPv4 address\n", host);
    exit(1);
  }
  fd = socket(AF_INET, SOCK_DGRAM, 0);
  if (fd < 0 || connect(fd, (struct sockaddr *)&server, sizeof server)) fail("socket");
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &stall, sizeof stall);
}

static void prepare_batches(void) {
  for (int i = 0; i < BATCH; i++) {
    out_parts[i].iov_base = out_octets[i];
    in_parts[i] = (struct iovec){in_octets[i], sizeof in_octets[i]};
    out[i].msg_hdr = (struct msghdr){.msg_iov = &out_parts[i], .msg_iovlen = 1};
    in[i].msg_hdr = (struct msghdr){.msg_iov = &in_parts[i], .msg_iovlen = 1};
  }
}

static void write_question(int i, uint64_t due) {
  const struct question *q = &questions[next_question];
  char digits[COUNTER_DIGITS + 1];
  if (++next_question == question_count) next_question = 0;
  memcpy(out_octets[i], q->octets, q->length);
  out_parts[i].iov_len = q->length;
  if (q->counted) {
    snprintf(digits, sizeof digits, "%08x", counter++);
    memcpy(out_octets[i] + COUNTER, digits, COUNTER_DIGITS);
  }
  uint16_t id = next_id++;
  out_octets[i][0] = id >> 8;
  out_octets[i][1] = id & 255;
  // A question that still has this ID, 65,536 questions later, is lost.
  if (!sent_at[id]) under_way++;
  sent_at[id] = due;
}

// Sends the first `count` of the batch.
static void send_batch(int count) {
  for (int done = 0; done < count;) {
    int n = sendmmsg(fd, out + done, count - done, 0);
    if (n < 0 && errno != EINTR && errno != ECONNREFUSED) fail("sendmmsg");
    if (n > 0) done += n;
  }
  sent += count;
}

static void count_answer(const uint8_t *reply, unsigned length, uint64_t at) {
  if (length < HEADER || !(reply[2] & 0x80)) return;
  uint16_t id = reply[0] << 8 | reply[1];
  if (!sent_at[id]) return;
  uint64_t bucket = at > sent_at[id] ? (at - sent_at[id]) / BUCKET_NS : 0;
  latency[bucket < BUCKETS ? bucket : BUCKETS - 1]++;
  sent_at[id] = 0;
  under_way--;
  answers++;
  octets += length;
  if (!(reply[3] & 15)) noerror++;
}

// Takes the answers that are there. Returns whether any were.
static int receive(int flags) {
  uint64_t from = now();
  int n = recvmmsg(fd, in, BATCH, flags, NULL);
  uint64_t at = now();
  for (int i = 0; i < n; i++) count_answer(in_octets[i], in[i].msg_len, at);
  if (n <= 0 || flags != MSG_DONTWAIT) idle += at - from;
  return n > 0;
}

static void give_up_on_lost(void) {
  memset(sent_at, 0, sizeof sent_at);
  under_way = 0;
}

static void run_closed_loop(long window, long count, uint64_t end, int flags) {
  uint64_t at, last_answer = now();
  while ((at = now()) < end && answers < count) {
    long room = window - under_way;
    if (room > count - sent) room = count - sent;
    int batch = room < BATCH ? room : BATCH;
    for (int i = 0; i < batch; i++) write_question(i, at);
    if (batch > 0) send_batch(batch);
    if (under_way == 0 && sent >= count) return;
    if (receive(flags)) last_answer = at;
    else if (at > last_answer + STALL_SECONDS * SECOND) {
      give_up_on_lost();
      last_answer = at;
    }
  }
}

static void run_open_loop(double rate, long count, uint64_t end) {
  double interval = 1e9 / rate;
  uint64_t start = now(), at;
  while ((at = now()) < end && answers < count) {
    long due = (at - start) / interval - sent;
    int batch = due < BATCH ? due : BATCH;
    for (int i = 0; i < batch; i++) write_question(i, start + (sent + i) * interval);
    if (batch > 0) send_batch(batch);
    receive(MSG_DONTWAIT);
  }
  // What is under way is late, not lost.
  for (end = now() + STALL_SECONDS * SECOND; under_way > 0 && now() < end;) receive(MSG_DONTWAIT);
}

// In microseconds.
static double percentile(double share) {
  long rest = answers * share;
  int bucket = 0;
  while (bucket < BUCKETS - 1 && (rest -= latency[bucket]) > 0) bucket++;
  return bucket * BUCKET_NS / 1000.0;
}

static void print_report(uint64_t elapsed) {
  printf("{\"sent\":%ld,\"answers\":%ld,\"noerror\":%ld,\"octets\":%ld,", sent, answers, noerror, octets);
  printf("\"busy\":%.3f,\"p50\":%.1f,\"p99\":%.1f}\n", 1.0 - (double)idle / elapsed, percentile(0.5), percentile(0.99));
}

int main(int argc, char **argv) {
  long window = 64, count = 0;
  double rate = 0;
  int flags = MSG_DONTWAIT;
  for (int option; (option = getopt(argc, argv, "sw:r:n:")) != -1;) {
    if (option == 's') flags = MSG_WAITFORONE;
    else if (option == 'w') window = atol(optarg);
    else if (option == 'r') rate = atof(optarg);
    else if (option == 'n') count = atol(optarg);
    else return 2;
  }
  if (argc - optind != 3 || window < 1 || window >= IDS) {
    fprintf(stderr, "usage: udp [-s] [-w WINDOW | -r RATE] [-n COUNT] HOST PORT MILLISECONDS < QUESTIONS\n");
    return 2;
  }
  if (count == 0) count = 1l << 60;
  read_questions();
  open_socket(argv[optind], argv[optind + 1]);
  prepare_batches();
  uint64_t start = now(), end = start + atol(argv[optind + 2]) * 1000000ull;
  if (rate > 0) run_open_loop(rate, count, end);
  else run_closed_loop(window, count, end, flags);
  print_report(now() - start);
}
