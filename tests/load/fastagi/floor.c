/* The floor under every FastAGI server: the benchmark's five commands from one epoll loop.
 *
 * usage: floor PORT      Says "ready" when it listens.  Parses nothing: whatever ends in a line
 * feed is taken for the answer, and the next command is said.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define COMMANDS 5
#define MOST_SOCKETS 65536

static const char *const SAY[COMMANDS] = {
    "ANSWER\n", "STREAM FILE \"welcome\" \"\"\n", "GET DATA \"menu\" 5000 4\n",
    "SET VARIABLE \"CHOICE\" \"1234\"\n", "HANGUP\n",
};
static unsigned char said[MOST_SOCKETS];

static void welcome(int poller, int listener) {
    int yes = 1, fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    if (fd < 0 || fd >= MOST_SOCKETS) return;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    struct epoll_event interest = {.events = EPOLLIN, .data.fd = fd};
    said[fd] = 0;
    epoll_ctl(poller, EPOLL_CTL_ADD, fd, &interest);
}

static void serve(int fd) {
    char heard[4096];
    ssize_t got = recv(fd, heard, sizeof heard, 0);
    if (got > 0 && heard[got - 1] != '\n') return;
    if (got <= 0 || said[fd] == COMMANDS) {
        close(fd);
        return;
    }
    const char *line = SAY[said[fd]++];
    if (send(fd, line, strlen(line), MSG_NOSIGNAL) < 0) close(fd);
}

int main(int argc, char **argv) {
    if (argc != 2) return 2;
    int yes = 1, listener = socket(AF_INET, SOCK_STREAM, 0), poller = epoll_create1(0);
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1]))};
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(listener, (struct sockaddr *)&here, sizeof here) || listen(listener, 1024)) return 1;
    struct epoll_event interest = {.events = EPOLLIN, .data.fd = listener}, ready[128];
    epoll_ctl(poller, EPOLL_CTL_ADD, listener, &interest);
    puts("ready");
    fflush(stdout);
    for (;;) {
        int count = epoll_wait(poller, ready, 128, -1);
        for (int i = 0; i < count; i++) {
            if (ready[i].data.fd == listener) welcome(poller, listener);
            else serve(ready[i].data.fd);
        }
    }
}
