/* Listening sockets: TCP on one or every address, or a Unix socket in the file system. */
#include <errno.h>
#include <limits.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "cr_http_private.h"

enum { BACKLOG = 1024, SOCKET_FLAGS = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC };

/* Out of the reach of CR_AUTO_CLOSE. */
static int take(int *fd)
{
    int taken = *fd;
    *fd = -1;
    return taken;
}

/* --- Unix --- */

/* A socket file that nobody listens on is what a killed process left. */
static int remove_stale(const struct sockaddr_un *addr, struct cr_err *err)
{
    struct stat stat;
    if (lstat(addr->sun_path, &stat) != 0)
        return 0;
    if (!S_ISSOCK(stat.st_mode))
        return cr_err_set(err, CR_EEXISTS, "'%s' is there already and is not a socket",
                          addr->sun_path);
    CR_AUTO_CLOSE int fd = socket(AF_UNIX, SOCKET_FLAGS, 0);
    if (fd < 0)
        return cr_err_errno(err, CR_EIO, errno, "socket");
    if (connect(fd, (const struct sockaddr *)addr, sizeof *addr) == 0 || errno == EAGAIN)
        return cr_err_set(err, CR_EUNAVAILABLE, "'%s' is in use by another process",
                          addr->sun_path);
    unlink(addr->sun_path);
    return 0;
}

static int listen_unix(const char *path, struct cr_err *err)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof addr.sun_path)
        return cr_err_set(err, CR_EINVAL,
                          "socket path '%s' is longer than %zu bytes: choose a shorter folder",
                          path, sizeof addr.sun_path - 1);
    memcpy(addr.sun_path, path, strlen(path));
    int rc = remove_stale(&addr, err);
    if (rc)
        return rc;
    CR_AUTO_CLOSE int fd = socket(AF_UNIX, SOCKET_FLAGS, 0);
    if (fd < 0)
        return cr_err_errno(err, CR_EIO, errno, "socket");
    /* The mode is set before anybody can connect: before listen. */
    if (bind(fd, (const struct sockaddr *)&addr, sizeof addr) != 0 || chmod(path, 0600) != 0 ||
        listen(fd, BACKLOG) != 0)
        return cr_err_errno(err, CR_EIO, errno, "cannot listen on '%s'", path);
    return take(&fd);
}

/* --- TCP --- */

static const char *shown(const char *host)
{
    return host && *host ? host : "*";
}

static int listen_at(const struct addrinfo *address, int *out_errno)
{
    CR_AUTO_CLOSE int fd = socket(address->ai_family, SOCKET_FLAGS, address->ai_protocol);
    int on = 1, off = 0;
    *out_errno = errno;
    if (fd < 0)
        return CR_EIO;
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (address->ai_family == AF_INET6)
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    if (bind(fd, address->ai_addr, address->ai_addrlen) != 0 || listen(fd, BACKLOG) != 0) {
        *out_errno = errno;
        return CR_EIO;
    }
    return take(&fd);
}

static int port_of(int fd)
{
    struct sockaddr_in6 addr = {0};
    socklen_t len = sizeof addr;
    if (getsockname(fd, (struct sockaddr *)&addr, &len) != 0)
        return 0;
    return ntohs(addr.sin6_port); /* at the same place in both families */
}

/* Accepted sockets inherit it. A peer that is gone without a word acknowledges nothing, and TCP
 * alone would go on repeating the last comment of a stream for a quarter of an hour. */
static void bound_silence(int fd, int64_t silence_ms)
{
    unsigned ms = silence_ms < INT_MAX ? (unsigned)silence_ms : INT_MAX;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &ms, sizeof ms);
}

static int listen_tcp(const char *host, int port, struct cr_err *err)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    char service[12];
    if (port < 0 || port > 65535)
        return cr_err_set(err, CR_EINVAL, "port %d is not between 0 and 65535", port);
    snprintf(service, sizeof service, "%d", port);
    const char *any = host && *host ? host : NULL;
    int rc = getaddrinfo(any ? any : "::", service, &hints, &found);
    if (rc)
        return cr_err_set(err, CR_EINVAL, "cannot listen on '%s': %s", shown(host),
                          gai_strerror(rc));
    int errnum = 0;
    int fd = listen_at(found, &errnum);
    freeaddrinfo(found);
    if (fd < 0 && !any && errnum != EADDRINUSE &&
        getaddrinfo("0.0.0.0", service, &hints, &found) == 0) {
        fd = listen_at(found, &errnum); /* a machine without IPv6 */
        freeaddrinfo(found);
    }
    if (fd < 0 && errnum == EADDRINUSE)
        return cr_err_set(err, CR_EUNAVAILABLE,
                          "port %d on '%s' is in use by another process: stop it or choose another "
                          "port",
                          port, shown(host));
    if (fd < 0)
        return cr_err_errno(err, CR_EIO, errnum, "cannot listen on '%s' port %d", shown(host),
                            port);
    return fd;
}

int cr_http_listen(const struct cr_http_server_options *options, int64_t silence_ms, int *out_port,
                   struct cr_err *err)
{
    *out_port = 0;
    if (options->unix_path)
        return listen_unix(options->unix_path, err);
    int fd = listen_tcp(options->host, options->port, err);
    if (fd >= 0) {
        bound_silence(fd, silence_ms);
        *out_port = port_of(fd);
    }
    return fd;
}
