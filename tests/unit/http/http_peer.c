/* Sockets with deadlines. */
#include "http_peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "cr_clock.h"
#include "cr_int.h"

enum { PATIENCE_MS = 10000 };

struct cr_http_server *peer_serve(const struct cr_http_server_options *options,
                                  const struct cr_http_route *rows, size_t count, void *ctx)
{
    struct cr_http_server_options o = *options;
    struct cr_http_routes table = {rows, count, ctx};
    struct cr_http_server *server = NULL;
    struct cr_err err = {0};
    if (!o.unix_path && !o.host)
        o.host = "127.0.0.1";
    if (cr_http_server_start(&o, &table, 1, &server, &err))
        fail_msg("%s", err.text);
    return server;
}

int peer_try_connect(int port)
{
    struct sockaddr_in addr = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&addr, sizeof addr) != 0)
        cr_closep(&fd);
    return fd;
}

int peer_connect(int port)
{
    int fd = peer_try_connect(port);
    assert_true(fd >= 0);
    return fd;
}

int peer_connect_unix(const char *path)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    struct cr_slice name = cr_slice_of(path);
    assert_true(name.len < sizeof addr.sun_path);
    memcpy(addr.sun_path, name.ptr, name.len);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&addr, sizeof addr), 0);
    return fd;
}

/* A peer that has closed already is for the reader to notice. */
void peer_send_bytes(int fd, const void *data, size_t len)
{
    const char *at = data;
    while (len) {
        ssize_t sent = send(fd, at, len, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        at += sent;
        len -= (size_t)sent;
    }
}

void peer_send(int fd, const char *text)
{
    peer_send_bytes(fd, text, strlen(text));
}

/* Bytes read; 0 at the end of the connection, -1 at the deadline. */
static ssize_t read_some(int fd, char *out, size_t size, int64_t deadline_ms)
{
    int64_t left = deadline_ms - cr_clock_ms();
    struct pollfd poll_fd = {fd, POLLIN, 0};
    if (left < 0 || poll(&poll_fd, 1, (int)left) <= 0)
        return -1;
    ssize_t len = recv(fd, out, size, 0);
    return len < 0 ? 0 : len;
}

static bool read_into(int fd, struct cr_buf *out, size_t max, int64_t deadline_ms)
{
    char piece[16384];
    ssize_t len = read_some(fd, piece, max < sizeof piece ? max : sizeof piece, deadline_ms);
    if (len < 0)
        fail_msg("no answer in time");
    cr_buf_append(out, piece, (size_t)len);
    return len > 0;
}

static int64_t content_length(struct cr_slice head)
{
    ptrdiff_t at = cr_slice_search(head, CR_SLICE("Content-Length: "));
    if (at < 0)
        return 0;
    struct cr_slice value = cr_slice_from(head, (size_t)at + 16);
    value = cr_slice_sub(value, 0, (size_t)cr_slice_find(value, '\r'));
    int64_t len = 0;
    assert_int_equal(cr_int_parse(value, 0, INT64_MAX, &len), 0);
    return len;
}

int peer_answer(int fd, struct cr_buf *out, bool head_only)
{
    int64_t deadline_ms = cr_clock_ms() + PATIENCE_MS;
    ptrdiff_t end;
    cr_buf_reset(out);
    while ((end = cr_slice_search(cr_buf_view(out), CR_SLICE("\r\n\r\n"))) < 0)
        if (!read_into(fd, out, 1, deadline_ms)) /* not a byte beyond the head */
            return 0;
    struct cr_slice head = cr_buf_view(out);
    int64_t status = 0;
    struct cr_slice digits = cr_slice_sub(head, sizeof "HTTP/1.1", sizeof "HTTP/1.1" + 3);
    assert_int_equal(cr_int_parse(digits, 100, 999, &status), 0);
    size_t len = (size_t)content_length(head);
    size_t total = (size_t)end + 4 + len;
    if (head_only || status == 204 || status == 304)
        return (int)status;
    while (out->len < total)
        if (!read_into(fd, out, total - out->len, deadline_ms))
            return 0;
    return (int)status;
}

void peer_rest(int fd, struct cr_buf *out)
{
    int64_t deadline_ms = cr_clock_ms() + PATIENCE_MS;
    while (read_into(fd, out, SIZE_MAX, deadline_ms)) {
    }
}

bool peer_closes(int fd, int wait_ms)
{
    char piece[16384];
    int64_t deadline_ms = cr_clock_ms() + wait_ms;
    for (;;) {
        ssize_t len = read_some(fd, piece, sizeof piece, deadline_ms);
        if (len <= 0)
            return len == 0;
    }
}

bool peer_expect(int fd, struct cr_buf *seen, const char *text)
{
    int64_t deadline_ms = cr_clock_ms() + PATIENCE_MS;
    while (cr_slice_search(cr_buf_view(seen), cr_slice_of(text)) < 0) {
        char piece[16384];
        ssize_t len = read_some(fd, piece, sizeof piece, deadline_ms);
        if (len <= 0)
            return false;
        cr_buf_append(seen, piece, (size_t)len);
    }
    return true;
}

int peer_ask(int port, const char *text, struct cr_buf *out)
{
    CR_AUTO(cr_buf) own = {0};
    CR_AUTO_CLOSE int fd = peer_connect(port);
    peer_send(fd, text);
    return peer_answer(fd, out ? out : &own, strncmp(text, "HEAD ", 5) == 0);
}

bool peer_until(bool (*check)(void *ctx), void *ctx)
{
    int64_t deadline_ms = cr_clock_ms() + PATIENCE_MS;
    while (!check(ctx)) {
        if (cr_clock_ms() > deadline_ms)
            return false;
        nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
    }
    return true;
}
