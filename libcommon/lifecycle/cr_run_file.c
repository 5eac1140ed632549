/* Writes, reads and removes the file that names a running daemon's pid and port. */
#include "cr_run_file.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "cr_file.h"
#include "cr_json.h"

enum { RUN_FILE_MAX = 4096 };

static int make_path(struct cr_buf *out, const char *home, const char *daemon)
{
    cr_buf_printf(out, "%s/run/%s.json", home, daemon);
    return cr_buf_status(out);
}

const char *cr_run_socket_path(const char *home, const char *daemon, struct cr_arena *arena)
{
    return cr_arena_printf(arena, "%s/run/%s.sock", home, daemon);
}

int cr_run_file_write(const char *home, const char *daemon, int port, struct cr_err *err)
{
    CR_AUTO(cr_buf) path = {0};
    char text[256];
    int len = snprintf(text, sizeof text, "{\"pid\":%ld,\"port\":%d,\"name\":\"%s\"}\n",
                       (long)getpid(), port, daemon);
    if (make_path(&path, home, daemon) != 0 || len < 0 || (size_t)len >= sizeof text)
        return cr_err_set(err, CR_EINTERNAL, "the name '%s' is too long", daemon);
    return cr_file_write(path.data, (struct cr_slice){text, (size_t)len}, 0644, err);
}

static int read_pid_and_port(const char *path, int64_t *out_pid, int64_t *out_port)
{
    CR_AUTO(cr_buf) text = {.max = RUN_FILE_MAX};
    int rc = cr_file_read(path, &text, NULL);
    if (rc != 0)
        return rc;
    CR_AUTO_ARENA arena = cr_arena_new(0);
    const struct cr_tree *tree = NULL;
    rc = arena ? cr_json_parse(cr_buf_view(&text), arena, &tree, NULL) : CR_ENOMEM;
    if (rc != 0)
        return rc;
    *out_pid = cr_tree_int_or(cr_tree_get(tree, "pid"), 0);
    *out_port = cr_tree_int_or(cr_tree_get(tree, "port"), 0);
    return 0;
}

void cr_run_file_remove(const char *home, const char *daemon)
{
    CR_AUTO(cr_buf) path = {0};
    int64_t pid = 0;
    int64_t port = 0;
    if (make_path(&path, home, daemon) == 0 && read_pid_and_port(path.data, &pid, &port) == 0 &&
        pid == getpid())
        (void)unlink(path.data);
}

int cr_run_file_port(const char *home, const char *daemon, int *out_port)
{
    CR_AUTO(cr_buf) path = {0};
    int64_t pid = 0;
    int64_t port = 0;
    if (make_path(&path, home, daemon) != 0 || read_pid_and_port(path.data, &pid, &port) != 0)
        return CR_ENOTFOUND;
    bool alive = pid > 0 && (kill((pid_t)pid, 0) == 0 || errno == EPERM);
    if (!alive || port <= 0 || port > 65535)
        return CR_ENOTFOUND;
    *out_port = (int)port;
    return 0;
}
