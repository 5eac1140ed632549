/* watch: follows a registry's changes on many connections and says how old they were when they
 * came.
 *
 *     watch PORT COUNT
 *
 * A change is timed where its instance is called "t-<CLOCK_MONOTONIC in ns>" by who registered it.
 * Prints "ready" once every stream has begun, and ends with its standard input: one line of JSON
 * with how many changes were seen and their ages in milliseconds.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { WATCHERS_MAX = 4096, AGES_MAX = 4 * 1024 * 1024, READ_MAX = 64 * 1024 };

static const char mark[] = "\"instanceId\":\"t-";

/* An event of one instance is about a kilobyte and comes in one piece. */
struct watcher {
    int fd;
    bool begun;
};

static double *ages;
static size_t age_count, begun_count;

static void die(const char *what)
{
    fprintf(stderr, "watch: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void open_watcher(int port, int epoll, struct watcher *watcher)
{
    static const char request[] = "GET /eureka/watch HTTP/1.1\r\nHost: localhost\r\n\r\n";
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    watcher->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (watcher->fd < 0 || connect(watcher->fd, (struct sockaddr *)&to, sizeof to) != 0)
        die("connect");
    if (write(watcher->fd, request, sizeof request - 1) != (ssize_t)sizeof request - 1)
        die("write");
    fcntl(watcher->fd, F_SETFL, O_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN, .data = {.ptr = watcher}};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, watcher->fd, &event) != 0)
        die("epoll_ctl");
}

static void look(struct watcher *watcher, const char *text)
{
    if (!watcher->begun && strstr(text, "\n\n")) { /* the end of the state */
        watcher->begun = true;
        begun_count++;
    }
    if (!strstr(text, "event: change"))
        return;
    int64_t at_ns = now_ns();
    for (const char *at = strstr(text, mark); at; at = strstr(at + 1, mark)) {
        int64_t born_ns = strtoll(at + sizeof mark - 1, NULL, 10);
        if (age_count < AGES_MAX)
            ages[age_count++] = (double)(at_ns - born_ns) / 1e6;
    }
}

static void read_watcher(struct watcher *watcher)
{
    static char text[READ_MAX + 1];
    ssize_t len = read(watcher->fd, text, READ_MAX);
    if (len < 0 && errno == EAGAIN)
        return;
    if (len <= 0)
        die("a stream ended");
    text[len] = '\0';
    look(watcher, text);
}

static int by_age(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double quantile(double q)
{
    return age_count ? ages[(size_t)(q * (double)(age_count - 1))] : 0;
}

int main(int argc, char **argv)
{
    static struct watcher watchers[WATCHERS_MAX];
    size_t count = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    ages = calloc(AGES_MAX, sizeof *ages);
    if (count == 0 || count > WATCHERS_MAX || epoll < 0 || !ages) {
        fprintf(stderr, "usage: watch PORT COUNT\n");
        return 2;
    }
    for (size_t i = 0; i < count; i++)
        open_watcher((int)strtol(argv[1], NULL, 10), epoll, &watchers[i]);
    struct epoll_event input = {.events = EPOLLIN};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, STDIN_FILENO, &input) != 0)
        die("standard input");
    for (bool told = false, ended = false; !ended;) {
        struct epoll_event events[256];
        int ready = epoll_wait(epoll, events, 256, -1);
        for (int i = 0; i < ready; i++)
            if (events[i].data.ptr)
                read_watcher(events[i].data.ptr);
            else
                ended = true;
        if (!told && begun_count == count) {
            printf("ready\n");
            fflush(stdout);
            told = true;
        }
    }
    qsort(ages, age_count, sizeof *ages, by_age);
    printf("{\"count\": %zu, \"p50_ms\": %.3f, \"p99_ms\": %.3f, \"max_ms\": %.3f}\n", age_count,
           quantile(0.5), quantile(0.99), quantile(1));
    return 0;
}
