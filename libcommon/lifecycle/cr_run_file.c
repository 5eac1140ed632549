/* Writes, reads and removes the file that names a running daemon's pid and port. */
#include "cr_run_file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "cr_clock.h"
#include "cr_file.h"
#include "cr_json.h"
#include "cr_json_writer.h"

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

/* --- the note --- */

static int make_note_path(struct cr_buf *out, const char *home, const char *daemon)
{
    cr_buf_printf(out, "%s/run/%s.state", home, daemon);
    return cr_buf_status(out);
}

/* Not durable: after a crash of the machine nobody reads it. */
static void put_note(const char *path, struct cr_slice text)
{
    CR_AUTO(cr_buf) fresh = {0};
    cr_buf_printf(&fresh, "%s.new", path);
    if (cr_buf_status(&fresh))
        return;
    CR_AUTO_CLOSE int fd = open(fresh.data, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    bool written = fd >= 0 && write(fd, text.ptr, text.len) == (ssize_t)text.len;
    if (!written || rename(fresh.data, path) != 0)
        (void)unlink(fresh.data);
}

void cr_run_note(const char *home, const char *daemon, const char *text)
{
    CR_AUTO(cr_buf) path = {0};
    CR_AUTO(cr_buf) json = {0};
    struct cr_json_writer w;
    if (make_note_path(&path, home, daemon) != 0)
        return;
    if (!text) {
        (void)unlink(path.data);
        return;
    }
    cr_json_init(&w, &json);
    cr_json_begin_object(&w);
    cr_json_pair_int(&w, "pid", getpid());
    cr_json_pair_int(&w, "since", cr_clock_wall_ms());
    cr_json_pair_text(&w, "text", text);
    cr_json_end_object(&w);
    if (cr_buf_status(&json) == 0)
        put_note(path.data, cr_buf_view(&json));
}

static bool is_alive(int64_t pid)
{
    return pid > 0 && (kill((pid_t)pid, 0) == 0 || errno == EPERM);
}

int cr_run_note_read(const char *home, const char *daemon, struct cr_buf *out)
{
    CR_AUTO(cr_buf) path = {0};
    CR_AUTO(cr_buf) text = {.max = RUN_FILE_MAX};
    CR_AUTO_ARENA arena = cr_arena_new(0);
    const struct cr_tree *tree = NULL;
    if (!arena || make_note_path(&path, home, daemon) != 0 ||
        cr_file_read(path.data, &text, NULL) != 0 ||
        cr_json_parse(cr_buf_view(&text), arena, &tree, NULL) != 0)
        return CR_ENOTFOUND;
    int64_t age_ms = cr_clock_wall_ms() - cr_tree_int_or(cr_tree_get(tree, "since"), 0);
    const char *said = cr_tree_text(cr_tree_get(tree, "text"), "");
    if (is_alive(cr_tree_int_or(cr_tree_get(tree, "pid"), 0)))
        cr_buf_printf(out, "starting: %s, since %lld s", said, (long long)(age_ms / 1000));
    else
        cr_buf_printf(out, "not running; the last start ended with: %s", said);
    return cr_buf_status(out);
}

int cr_run_file_port(const char *home, const char *daemon, int *out_port)
{
    CR_AUTO(cr_buf) path = {0};
    int64_t pid = 0;
    int64_t port = 0;
    if (make_path(&path, home, daemon) != 0 || read_pid_and_port(path.data, &pid, &port) != 0)
        return CR_ENOTFOUND;
    if (!is_alive(pid) || port <= 0 || port > 65535)
        return CR_ENOTFOUND;
    *out_port = (int)port;
    return 0;
}
