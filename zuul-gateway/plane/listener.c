/* Opening listening sockets that share a port. */
#include "listener.h"

#include <errno.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "address.h"

enum { BACKLOG = 4096, TCP_FLAGS_AT = 13, TCP_SYN_BIT = 2 };

/* The port stands at the same place in both families. */
static int port_of(const struct sockaddr_storage *address)
{
    struct sockaddr_in either;
    _Static_assert(offsetof(struct sockaddr_in, sin_port) ==
                       offsetof(struct sockaddr_in6, sin6_port),
                   "ports lie apart");
    memcpy(&either, address, sizeof(either));
    return ntohs(either.sin_port);
}

static void set_port(struct sockaddr_storage *address, int port)
{
    if (address->ss_family == AF_INET6)
        ((struct sockaddr_in6 *)(void *)address)->sin6_port = htons((uint16_t)port);
    else
        ((struct sockaddr_in *)(void *)address)->sin_port = htons((uint16_t)port);
}

/* A bound socket, or -1 with errno. */
static int bind_one(const struct sockaddr_storage *address, socklen_t len, bool shared)
{
    int one = 1;
    int fd = socket(address->ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    if (shared)
        setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one));
    if (bind(fd, (const struct sockaddr *)(const void *)address, len) || listen(fd, BACKLOG)) {
        int errnum = errno;
        close(fd);
        errno = errnum;
        return -1;
    }
    return fd;
}

static int refuse(const char *host, int port, struct cr_err *err)
{
    if (errno == EADDRINUSE)
        return cr_err_set(
            err, CR_EUNAVAILABLE,
            "server.port: %s:%d is in use; choose another port or stop what runs there",
            *host ? host : "*", port);
    return cr_err_errno(err, CR_EIO, errno, "server.port: cannot listen on %s:%d",
                        *host ? host : "*", port);
}

/* Alone first: it fails if anybody listens there. Tells the port that 0 became. */
static int probe(const char *host, struct sockaddr_storage *address, socklen_t len, int *out_port,
                 struct cr_err *err)
{
    int wanted = port_of(address);
    CR_AUTO_CLOSE int fd = bind_one(address, len, false);
    if (fd < 0)
        return refuse(host, wanted, err);
    struct sockaddr_storage bound = {0};
    socklen_t bound_len = sizeof(bound);
    if (getsockname(fd, (struct sockaddr *)(void *)&bound, &bound_len))
        return cr_err_errno(err, CR_EIO, errno, "getsockname");
    *out_port = port_of(&bound);
    set_port(address, *out_port);
    return 0;
}

int listener_open(const char *host, int port, int *out_fds, size_t count, int *out_port,
                  struct cr_err *err)
{
    struct sockaddr_storage address = {0};
    socklen_t len;
    address_of(*host ? host : "0.0.0.0", NULL, port, &address, &len);
    if (!len)
        return cr_err_set(err, CR_EINVAL, "server.address: '%s' is not an address of this machine",
                          host);
    int status = probe(host, &address, len, out_port, err);
    if (status)
        return status;
    for (size_t i = 0; i < count; i++) {
        out_fds[i] = bind_one(&address, len, true);
        if (out_fds[i] >= 0)
            continue;
        status = refuse(host, *out_port, err);
        while (i--)
            cr_closep(&out_fds[i]);
        return status;
    }
    return 0;
}

void listener_bar(int fd)
{
    /* The kernel gives each segment from its TCP header on; 0 drops it, as if it were lost. */
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, TCP_FLAGS_AT),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, TCP_SYN_BIT, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 0),
        BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
    };
    struct sock_fprog program = {CR_COUNT(code), code};
    (void)setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}
