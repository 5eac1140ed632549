/* What a listener promises of the sockets that it accepts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "listener.h"

enum { WAIT_MS = 5000 };

static int connect_to(int port)
{
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_port = htons((uint16_t)port),
                                        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static void accepted_sockets_wait_for_no_ack(void **state)
{
    int listener, port, set = 0;
    socklen_t len = sizeof set;
    struct cr_err err = {0};
    (void)state;
    assert_int_equal(listener_open("127.0.0.1", 0, &listener, 1, &port, &err), 0);
    int client = connect_to(port);
    struct pollfd ready = {.fd = listener, .events = POLLIN};
    assert_int_equal(poll(&ready, 1, WAIT_MS), 1);
    int accepted = accept(listener, NULL, NULL);
    assert_true(accepted >= 0);
    assert_int_equal(getsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &set, &len), 0);
    assert_true(set);
    close(accepted);
    close(client);
    close(listener);
}

static void a_port_in_use_is_named(void **state)
{
    int first, second, port, other;
    struct cr_err err = {0};
    (void)state;
    assert_int_equal(listener_open("127.0.0.1", 0, &first, 1, &port, &err), 0);
    assert_int_equal(listener_open("127.0.0.1", port, &second, 1, &other, &err), CR_EUNAVAILABLE);
    assert_non_null(strstr(err.text, "is in use"));
    close(first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accepted_sockets_wait_for_no_ack),
        cmocka_unit_test(a_port_in_use_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
