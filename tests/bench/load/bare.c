/* bare: libmicrohttpd answering every request with the bytes of a file, and nothing else: the floor
 * for whoever answers by it.
 *
 *     bare FILE
 *
 * Used as our server uses it: two threads among which the connections are dealt out (one thread
 * that has them all sleeps less often, and which one accepts is chance otherwise), 8 kB for each.
 * Prints its port; ends with its standard input.
 */
#include <microhttpd.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { THREADS = 2, POOL_BYTES = 8192, BACKLOG = 64 };

static char *bytes;
static size_t len;

/* NOLINTNEXTLINE(readability-function-size): libmicrohttpd's signature */
static enum MHD_Result answer(void *cls, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *data,
                              size_t *size, void **state)
{
    (void)cls, (void)url, (void)method, (void)version, (void)data, (void)size;
    if (!*state) {
        *state = &len;
        return MHD_YES;
    }
    struct MHD_Response *response =
        MHD_create_response_from_buffer(len, bytes, MHD_RESPMEM_PERSISTENT);
    enum MHD_Result result = MHD_queue_response(connection, MHD_HTTP_OK, response);
    MHD_destroy_response(response);
    return result;
}

static int read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END) != 0)
        return -1;
    long size = ftell(file);
    rewind(file);
    bytes = malloc((size_t)size + 1);
    len = bytes ? fread(bytes, 1, (size_t)size, file) : 0;
    fclose(file);
    return len == (size_t)size ? 0 : -1;
}

static int listen_anywhere(int *out_port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t at_len = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) != 0 || listen(fd, BACKLOG) != 0 ||
        getsockname(fd, (struct sockaddr *)&at, &at_len) != 0)
        return -1;
    *out_port = ntohs(at.sin_port);
    return fd;
}

static void accept_until_input_ends(struct MHD_Daemon *daemon, int listener)
{
    struct pollfd waits[] = {{.fd = STDIN_FILENO, .events = POLLIN},
                             {.fd = listener, .events = POLLIN}};
    while (poll(waits, 2, -1) > 0 && !waits[0].revents) {
        struct sockaddr_in peer;
        socklen_t peer_len = sizeof peer;
        int fd = accept4(listener, (struct sockaddr *)&peer, &peer_len, SOCK_NONBLOCK);
        if (fd >= 0)
            MHD_add_connection(daemon, fd, (struct sockaddr *)&peer, peer_len);
    }
}

int main(int argc, char **argv)
{
    if (argc != 2 || read_file(argv[1])) {
        fprintf(stderr, "usage: bare FILE\n");
        return 2;
    }
    int port = 0, listener = listen_anywhere(&port);
    struct MHD_Daemon *daemon =
        MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_NO_LISTEN_SOCKET | MHD_USE_ITC, 0,
                         NULL, NULL, answer, NULL, MHD_OPTION_THREAD_POOL_SIZE, (unsigned)THREADS,
                         MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)POOL_BYTES, MHD_OPTION_END);
    if (!daemon || listener < 0)
        return 1;
    printf("%d\n", port);
    fflush(stdout);
    accept_until_input_ends(daemon, listener);
    MHD_stop_daemon(daemon);
    close(listener);
    free(bytes);
    return 0;
}
