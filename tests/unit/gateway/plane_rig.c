/* Sockets of the test on both sides of a data plane. */
#include "plane_rig.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "cr_clock.h"

static struct cr_command *command_of(void *ctx, const char *key, bool static_url)
{
    struct rig *rig = ctx;
    struct cr_command *command = NULL;
    struct cr_err err;
    (void)static_url;
    assert_int_equal(cr_commands_get(rig->commands, cr_slice_of(key), CR_SLICE("RibbonCommand"),
                                     &cr_command_defaults, &command, &err),
                     0);
    return command;
}

static void limits_of(void *ctx, const char *key, bool static_url, struct destination_limits *out)
{
    (void)ctx, (void)key, (void)static_url;
    *out = (struct destination_limits){.connect_ms = 1000, .read_ms = 5000};
}

static int listen_somewhere(int *out_port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)(void *)&address, len), 0);
    assert_int_equal(listen(fd, 64), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)(void *)&address, &len), 0);
    *out_port = ntohs(address.sin_port);
    return fd;
}

void rig_prepare(struct rig *rig)
{
    static const struct head_limits heads = {8192, 32768, 8192, 100};
    *rig = (struct rig){.options = {.host = "127.0.0.1",
                                    .workers = 2,
                                    .admin_socket = "",
                                    .request_limits = heads,
                                    .response_limits = heads,
                                    .connections_max = 100,
                                    .requests_max = 1000,
                                    .age_max_ms = 3600 * 1000,
                                    .upstream_requests_max = 1000,
                                    .pool_max = 16,
                                    .buffer_max = 65536,
                                    .unsent_max = 16 << 20,
                                    .idle_ms = 60000,
                                    .head_ms = 10000,
                                    .body_ms = 30000,
                                    .body_rate = 240,
                                    .write_ms = 30000,
                                    .continue_ms = 1000,
                                    .linger_ms = 2000,
                                    .linger_max_ms = 5000,
                                    .upstream_idle_ms = 15000,
                                    .stream_idle_ms = 60000,
                                    .drain_idle_ms = 100,
                                    .drain_ms = 5000,
                                    .via = "",
                                    .log_every = 1}};
    rig->origin = listen_somewhere(&rig->origin_port);
}

enum { INSTANCES_AT_ONCE = 4 };

/* The route table's input: "users" with the origin as u1, and others beside it that nobody asks. */
static int publish(struct rig *rig, size_t others, int first, struct cr_err *err)
{
    const struct directory_hooks hooks = {command_of, limits_of, rig};
    struct directory_instance instances[INSTANCES_AT_ONCE];
    char ids[INSTANCES_AT_ONCE][16];
    for (size_t i = 0; i <= others; i++) {
        snprintf(ids[i], sizeof(ids[i]), "u%d", i ? first + (int)i : 1);
        instances[i] = (struct directory_instance){
            .id = ids[i], .host = "localhost", .ip = "127.0.0.1", .port = rig->origin_port};
    }
    const struct directory_service services[] = {{"users", instances, others + 1, true},
                                                 {"empty", NULL, 0, true}};
    const struct route_options options = {.prefix = "",
                                          .strip_prefix = true,
                                          .add_proxy = true,
                                          .servlet_path = "/zuul",
                                          .own_service = "gateway",
                                          .via = ""};
    const struct directory_input input = {
        .options = &options, .services = services, .service_count = CR_COUNT(services)};
    return rig->plane ? plane_publish(rig->plane, &input, err)
                      : plane_start(&rig->options, &hooks, &input, &rig->plane, err);
}

void rig_start(struct rig *rig)
{
    struct cr_err err;
    rig->commands = cr_commands_new(16, cr_clock_ms());
    assert_non_null(rig->commands);
    if (publish(rig, 0, 0, &err))
        fail_msg("%s", err.text);
}

void rig_change(struct rig *rig, int first)
{
    struct cr_err err;
    if (publish(rig, INSTANCES_AT_ONCE - 1, first, &err))
        fail_msg("%s", err.text);
}

void rig_stop(struct rig *rig)
{
    plane_stop(rig->plane);
    cr_commands_free(rig->commands);
    close(rig->origin);
}

static struct peer *peer_new(int fd)
{
    struct peer *peer = calloc(1, sizeof(*peer));
    assert_true(fd >= 0);
    assert_non_null(peer);
    peer->fd = fd;
    return peer;
}

struct peer *rig_connect(const struct rig *rig)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)plane_port(rig->plane)),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)(void *)&address, sizeof(address)), 0);
    return peer_new(fd);
}

static bool wait_for(int fd, int wait_ms)
{
    struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
    return poll(&poll_fd, 1, wait_ms) == 1;
}

struct peer *rig_accept(const struct rig *rig)
{
    if (!wait_for(rig->origin, RIG_WAIT_MS))
        fail_msg("the gateway did not connect");
    return peer_new(accept4(rig->origin, NULL, NULL, SOCK_CLOEXEC));
}

void peer_close(struct peer *peer)
{
    close(peer->fd);
    free(peer);
}

void peer_reset(struct peer *peer)
{
    struct linger linger = {.l_onoff = 1, .l_linger = 0};
    setsockopt(peer->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
    peer_close(peer);
}

void peer_half_close(struct peer *peer)
{
    shutdown(peer->fd, SHUT_WR);
}

void peer_send(struct peer *peer, const char *text)
{
    size_t len = strlen(text);
    assert_int_equal(send(peer->fd, text, len, MSG_NOSIGNAL), (ssize_t)len);
}

/* One read more; false at the end. */
static bool read_more(struct peer *peer)
{
    if (!wait_for(peer->fd, RIG_WAIT_MS))
        fail_msg("nothing came; until then: '%s'", peer->data);
    assert_true(peer->len < RIG_BUFFER - 1);
    ssize_t got = recv(peer->fd, peer->data + peer->len, RIG_BUFFER - 1 - peer->len, 0);
    if (got <= 0)
        return false;
    peer->len += (size_t)got;
    peer->data[peer->len] = '\0';
    return true;
}

const char *peer_until(struct peer *peer, const char *mark)
{
    while (!strstr(peer->data, mark))
        if (!read_more(peer))
            fail_msg("ended before '%s': '%s'", mark, peer->data);
    return peer->data;
}

const char *peer_rest(struct peer *peer)
{
    while (read_more(peer))
        ;
    return peer->data;
}

void peer_forget(struct peer *peer)
{
    peer->len = 0;
    peer->data[0] = '\0';
}

bool peer_ended(struct peer *peer)
{
    char byte;
    return wait_for(peer->fd, RIG_WAIT_MS) && recv(peer->fd, &byte, 1, 0) <= 0;
}
