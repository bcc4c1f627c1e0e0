/* Asterisk's side of many FastAGI calls at once, for measuring a server.
 *
 * usage: generator PORT CALLS WIDTH SECONDS
 *
 * Keeps WIDTH calls in hand until CALLS have ended (or SECONDS are over).  Each call sends the
 * environment, answers every command line and expects exactly the five commands of the benchmark.
 * A command's delay runs from the moment its cause was sent (the environment or the answer before)
 * to the moment its line is complete here.  Prints one JSON object.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define COMMANDS 5

struct rule { const char *begins, *answer; };

static const struct rule RULES[COMMANDS] = {
    {"ANSWER", "200 result=0\n"},
    {"STREAM FILE \"welcome\"", "200 result=0 endpos=24000\n"},
    {"GET DATA \"menu\"", "200 result=1234\n"},
    {"SET VARIABLE \"CHOICE\" \"1234\"", "200 result=1\n"},
    {"HANGUP", "200 result=1\n"},
};

static const char GREETING[] =
    "agi_network: yes\n" "agi_network_script: bench\n" "agi_request: agi://127.0.0.1/bench\n"
    "agi_channel: PJSIP/trunk-0000002a\n" "agi_language: sv\n" "agi_type: PJSIP\n"
    "agi_uniqueid: vaxel-1763925160.42\n" "agi_version: 22.10.1\n" "agi_callerid: 0850810001\n"
    "agi_calleridname: Test Caller\n" "agi_callingpres: 0\n" "agi_callingani2: 0\n"
    "agi_callington: 0\n" "agi_callingtns: 0\n" "agi_dnid: 8001\n" "agi_rdnis: unknown\n"
    "agi_context: from-trunk\n" "agi_extension: 8001\n" "agi_priority: 2\n"
    "agi_enhanced: 0.0\n" "agi_accountcode: \n" "agi_threadid: 139689736754944\n" "\n";

struct call {
    int socket, commands; /* socket 0: nobody is calling */
    size_t filled;
    int64_t caused;
    char line[2048];
};

static int poller;
static struct sockaddr_in server = {.sin_family = AF_INET};
static int64_t *delays;
static size_t delay_count;
static long begun, ended, bad;

static int64_t nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static int ascending(const void *left, const void *right) {
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return a < b ? -1 : a > b;
}

static void finish(struct call *call, int well) {
    close(call->socket);
    call->socket = 0;
    ended++;
    bad += !well;
}

static int speak(struct call *call, const char *text, size_t length) {
    ssize_t sent = send(call->socket, text, length, MSG_NOSIGNAL);
    call->caused = nanoseconds();
    return sent == (ssize_t)length;
}

/* On loopback a connection is made while connect() runs, so that it may as well block. */
static void begin(struct call *call) {
    call->socket = socket(AF_INET, SOCK_STREAM, 0);
    call->commands = 0;
    call->filled = 0;
    begun++;
    if (connect(call->socket, (struct sockaddr *)&server, sizeof server)
        || !speak(call, GREETING, sizeof GREETING - 1)) {
        finish(call, 0);
        return;
    }
    struct epoll_event interest = {.events = EPOLLIN, .data.ptr = call};
    epoll_ctl(poller, EPOLL_CTL_ADD, call->socket, &interest);
}

/* One complete line is in call->line; 0 ends the call as bad. */
static int answer(struct call *call) {
    if (call->commands >= COMMANDS) return 0;
    delays[delay_count++] = nanoseconds() - call->caused;
    const struct rule *rule = &RULES[call->commands++];
    if (strncmp(call->line, rule->begins, strlen(rule->begins))) return 0;
    return speak(call, rule->answer, strlen(rule->answer));
}

static void listen_to(struct call *call) {
    ssize_t got = recv(call->socket, call->line + call->filled,
                       sizeof call->line - 1 - call->filled, 0);
    if (got <= 0) {
        finish(call, got == 0 && call->commands == COMMANDS);
        return;
    }
    call->filled += got;
    call->line[call->filled] = 0;
    if (call->line[call->filled - 1] != '\n') return;
    call->filled = 0;
    if (!answer(call)) finish(call, 0);
}

static double percentile(double share) {
    return delay_count ? delays[(size_t)((delay_count - 1) * share)] / 1e6 : 0;
}

int main(int argc, char **argv) {
    if (argc != 5) {
        fputs("usage: generator PORT CALLS WIDTH SECONDS\n", stderr);
        return 2;
    }
    server.sin_port = htons(atoi(argv[1]));
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    long calls = atol(argv[2]), width = atol(argv[3]);
    struct call *hands = calloc(width, sizeof *hands);
    delays = calloc(calls * COMMANDS + 1, sizeof *delays);
    poller = epoll_create1(0);
    int64_t start = nanoseconds(), limit = atol(argv[4]) * INT64_C(1000000000);
    while (ended < calls && nanoseconds() - start < limit) {
        for (long i = 0; i < width && begun < calls; i++)
            if (!hands[i].socket) begin(&hands[i]);
        struct epoll_event ready[128];
        int count = epoll_wait(poller, ready, 128, 50);
        for (int i = 0; i < count; i++) listen_to(ready[i].data.ptr);
    }
    double seconds = (nanoseconds() - start) / 1e9;
    qsort(delays, delay_count, sizeof *delays, ascending);
    printf("{\"ended\": %ld, \"bad\": %ld, \"seconds\": %.4f, \"p50_ms\": %.4f, \"p99_ms\": %.4f}\n",
           ended, bad, seconds, percentile(.5), percentile(.99));
    return ended < calls;
}
