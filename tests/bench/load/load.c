/* load: sends requests from a file over keep-alive connections and reads the answers, so cheaply
 * that a server on the same machine is what limits it.
 *
 *     load PORT CONNECTIONS COUNT RATE FILE [spin]
 *
 * FILE holds requests, each behind a line with its length in bytes; they are sent in turn, COUNT in
 * all, at RATE a second (0: as fast as they are answered). Prints one line of JSON: how many were
 * answered with 2xx and how many not, bytes read, seconds, the median answer, the 99th percentile
 * and the slowest.
 *
 * spin: never sleeps, and a request's time counts from when it was due. So a time is that of the
 * server, without that of waking this program; it wants a core of its own.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 4096, REQUESTS_MAX = 200000, READ_MAX = 256 * 1024, HEAD_MAX = 8192 };
enum { TOOK_MAX = 2000000 }; /* of 0.1 us; longer answers count as that */

struct request {
    const char *text;
    size_t len;
};

/* What is expected next of an answer. */
enum expect {
    EXPECT_HEAD,
    EXPECT_BODY,
    EXPECT_SIZE,
    EXPECT_CHUNK,
    EXPECT_CHUNK_END,
    EXPECT_TRAILER
};

struct connection {
    int fd;
    bool busy;
    enum expect expect;
    uint64_t left; /* bytes of the body or the chunk */
    bool good, closes;
    size_t line_len; /* of head or chunk size, so far */
    char line[HEAD_MAX];
    double sent_s; /* spin: when it was due */
};

struct load {
    int port, epoll;
    struct request *requests;
    size_t request_count;
    struct connection *connections;
    size_t connection_count;
    uint64_t wanted, begun, good, bad, bytes;
    double rate, began_s, slowest_s;
    bool spin;
};

static char scratch[READ_MAX];
static uint32_t took[TOOK_MAX + 1]; /* how many answers took so many 0.1 us */

static void die(const char *what)
{
    fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
    exit(1);
}

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* --- connections --- */

static void open_connection(const struct load *load, struct connection *c)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)load->port)};
    int one = 1;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    *c = (struct connection){.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&to, sizeof to) != 0)
        die("connect");
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    fcntl(c->fd, F_SETFL, O_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN, .data = {.ptr = c}};
    if (epoll_ctl(load->epoll, EPOLL_CTL_ADD, c->fd, &event) != 0)
        die("epoll_ctl");
}

/* Requests are small: what the socket does not take at once is an error. */
static void send_next(struct load *load, struct connection *c)
{
    const struct request *request = &load->requests[load->begun % load->request_count];
    if (write(c->fd, request->text, request->len) != (ssize_t)request->len)
        die("write");
    c->sent_s = load->spin ? load->began_s + (double)load->begun / load->rate : now_s();
    load->begun++;
    c->busy = true;
    c->expect = EXPECT_HEAD;
    c->line_len = 0;
}

static void answered(struct load *load, struct connection *c)
{
    double took_s = now_s() - c->sent_s;
    load->good += c->good;
    load->bad += !c->good;
    took[took_s * 1e7 < TOOK_MAX ? (size_t)(took_s * 1e7) : TOOK_MAX]++;
    if (took_s > load->slowest_s)
        load->slowest_s = took_s;
    c->busy = false;
    if (c->closes) {
        close(c->fd);
        open_connection(load, c);
    }
}

/* --- answers --- */

static const char *field(const char *head, const char *name)
{
    size_t len = strlen(name);
    for (const char *line = strstr(head, "\r\n"); line; line = strstr(line + 2, "\r\n"))
        if (strncasecmp(line + 2, name, len) == 0)
            return line + 2 + len;
    return NULL;
}

static void judge_head(struct connection *c)
{
    const char *length = field(c->line, "content-length:");
    const char *coding = field(c->line, "transfer-encoding:");
    const char *connection = field(c->line, "connection:");
    c->good = c->line_len > 9 && c->line[9] == '2';
    c->closes = connection && strncasecmp(connection, " close", 6) == 0;
    c->left = length ? strtoull(length, NULL, 10) : 0;
    c->expect = coding ? EXPECT_SIZE : EXPECT_BODY;
    c->line_len = 0;
}

/* Collects up to and with the end; true once it is there. */
static bool take_line(struct connection *c, const char **at, const char *end, const char *last)
{
    size_t last_len = strlen(last);
    while (*at < end) {
        if (c->line_len + 1 == HEAD_MAX)
            die("an answer's head is too long");
        c->line[c->line_len++] = *(*at)++;
        c->line[c->line_len] = '\0';
        if (c->line_len >= last_len &&
            memcmp(c->line + c->line_len - last_len, last, last_len) == 0)
            return true;
    }
    return false;
}

static void skip(struct connection *c, const char **at, const char *end)
{
    uint64_t here = (uint64_t)(end - *at) < c->left ? (uint64_t)(end - *at) : c->left;
    *at += here;
    c->left -= here;
}

/* One step of the answer; true when the answer is complete. */
static bool step(struct connection *c, const char **at, const char *end)
{
    switch (c->expect) {
    case EXPECT_HEAD:
        if (take_line(c, at, end, "\r\n\r\n"))
            judge_head(c);
        return c->expect == EXPECT_BODY && c->left == 0;
    case EXPECT_BODY:
        skip(c, at, end);
        return c->left == 0;
    case EXPECT_SIZE:
        if (take_line(c, at, end, "\r\n")) {
            c->left = strtoull(c->line, NULL, 16);
            c->expect = c->left ? EXPECT_CHUNK : EXPECT_TRAILER;
            c->line_len = 0;
        }
        return false;
    case EXPECT_CHUNK:
        skip(c, at, end);
        if (c->left == 0)
            c->expect = EXPECT_CHUNK_END;
        return false;
    case EXPECT_CHUNK_END:
        if (take_line(c, at, end, "\r\n")) {
            c->line_len = 0;
            c->expect = EXPECT_SIZE;
        }
        return false;
    case EXPECT_TRAILER:
        return take_line(c, at, end, "\r\n");
    }
    return false;
}

static void read_answer(struct load *load, struct connection *c)
{
    ssize_t len = read(c->fd, scratch, sizeof scratch);
    if (len < 0 && errno == EAGAIN)
        return;
    if (len <= 0) {
        if (c->busy) {
            c->good = false;
            c->closes = true;
            answered(load, c);
        } else {
            close(c->fd);
            open_connection(load, c);
        }
        return;
    }
    load->bytes += (uint64_t)len;
    const char *at = scratch;
    while (at < scratch + len && c->busy)
        if (step(c, &at, scratch + len))
            answered(load, c);
}

/* --- the run --- */

static uint64_t due(const struct load *load)
{
    if (load->rate <= 0)
        return load->wanted;
    double count = (now_s() - load->began_s) * load->rate + 1;
    return count < (double)load->wanted ? (uint64_t)count : load->wanted;
}

/* The time that this part of the answers kept to. */
static double percentile_us(const struct load *load, double part)
{
    uint64_t wanted = (uint64_t)((double)(load->good + load->bad) * part), seen = 0;
    size_t tenths = 0;
    while (tenths < TOOK_MAX && (seen += took[tenths]) <= wanted)
        tenths++;
    return (double)tenths / 10;
}

static void run(struct load *load)
{
    int pause_ms = load->spin ? 0 : load->rate > 0 ? 1 : 1000;
    struct epoll_event events[256];
    load->began_s = now_s();
    while (load->good + load->bad < load->wanted) {
        uint64_t until = due(load), first = load->begun; /* the connections take turns */
        for (size_t i = 0; i < load->connection_count && load->begun < until; i++) {
            struct connection *c = &load->connections[(first + i) % load->connection_count];
            if (!c->busy)
                send_next(load, c);
        }
        int count = epoll_wait(load->epoll, events, 256, pause_ms);
        for (int i = 0; i < count; i++)
            read_answer(load, events[i].data.ptr);
    }
    printf("{\"good\": %llu, \"bad\": %llu, \"bytes\": %llu, \"seconds\": %.6f, \"p50_us\": %.1f, "
           "\"p99_us\": %.1f, \"slowest_s\": %.6f}\n",
           (unsigned long long)load->good, (unsigned long long)load->bad,
           (unsigned long long)load->bytes, now_s() - load->began_s, percentile_us(load, 0.5),
           percentile_us(load, 0.99), load->slowest_s);
}

static void read_requests(struct load *load, const char *path)
{
    FILE *file = fopen(path, "rb");
    size_t len;
    if (!file)
        die(path);
    load->requests = calloc(REQUESTS_MAX, sizeof *load->requests);
    while (load->requests && load->request_count < REQUESTS_MAX && fscanf(file, "%zu", &len) == 1) {
        char *text = malloc(len + 1);
        if (fgetc(file) != '\n' || !text || fread(text, 1, len, file) != len)
            die(path);
        load->requests[load->request_count++] = (struct request){text, len};
    }
    fclose(file);
    if (load->request_count == 0)
        die("no requests");
}

int main(int argc, char **argv)
{
    bool spin = argc == 7 && strcmp(argv[6], "spin") == 0;
    if (argc != 6 && !spin) {
        fprintf(stderr, "usage: load PORT CONNECTIONS COUNT RATE FILE [spin]\n");
        return 2;
    }
    struct load load = {.port = (int)strtol(argv[1], NULL, 10),
                        .epoll = epoll_create1(EPOLL_CLOEXEC),
                        .connection_count = strtoul(argv[2], NULL, 10),
                        .wanted = strtoull(argv[3], NULL, 10),
                        .rate = strtod(argv[4], NULL),
                        .spin = spin};
    if (load.epoll < 0 || (spin && load.rate <= 0) || load.connection_count == 0 ||
        load.connection_count > CONNECTIONS_MAX)
        die("arguments");
    read_requests(&load, argv[5]);
    load.connections = calloc(load.connection_count, sizeof *load.connections);
    for (size_t i = 0; load.connections && i < load.connection_count; i++)
        open_connection(&load, &load.connections[i]);
    run(&load);
    return load.bad ? 1 : 0;
}
