/* Loggers by name, their live levels, and the one sink of the process. */
#include "cr_log.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cr_clock.h"
#include "cr_log_line.h"
#include "cr_thread.h"

enum { LEVELS = CR_LOG_TRACE + 1, NOT_CONFIGURED = -1, TEXT_MAX = 3072, WRITE_WAIT_MS = 1000 };

/* A node is appended once and never removed, so readers walk without the lock. */
struct cr_log {
    const char *name;
    _Atomic(struct cr_log *) next;
    atomic_int configured; /* a level, or NOT_CONFIGURED */
    atomic_int effective;
};

static struct cr_log root = {"ROOT", NULL, CR_LOG_INFO, CR_LOG_INFO};

static struct {
    struct cr_mutex lock; /* names and levels */
    struct cr_log *last;
    size_t count;
    atomic_int format;
    _Atomic(const char *) daemon;
    atomic_int fd;
    atomic_uint_fast64_t written[LEVELS];
    atomic_uint_fast64_t lost;
} sink = {.lock = {PTHREAD_MUTEX_INITIALIZER}, .last = &root, .count = 1, .fd = STDERR_FILENO};

static const char *const level_names[LEVELS] = {"OFF", "ERROR", "WARN", "INFO", "DEBUG", "TRACE"};
static const char *const level_words[LEVELS] = {"off", "error", "warn", "info", "debug", "trace"};

/* --- names and levels --- */

static struct cr_log *find(const char *name)
{
    if (strcasecmp(name, root.name) == 0)
        return &root;
    for (struct cr_log *log = atomic_load(&root.next); log; log = atomic_load(&log->next))
        if (strcmp(log->name, name) == 0)
            return log;
    return NULL;
}

/* The level of the nearest configured ancestor, itself included. */
static int inherited_level(const struct cr_log *log)
{
    int level = atomic_load(&root.configured);
    size_t best = 0;
    for (const struct cr_log *a = atomic_load(&root.next); a; a = atomic_load(&a->next)) {
        size_t len = strlen(a->name);
        int configured = atomic_load(&a->configured);
        bool above = strncmp(log->name, a->name, len) == 0 &&
                     (log->name[len] == '\0' || log->name[len] == '.');
        if (above && configured != NOT_CONFIGURED && len > best) {
            best = len;
            level = configured;
        }
    }
    return level;
}

static void update_effective(void)
{
    for (struct cr_log *log = &root; log; log = atomic_load(&log->next))
        atomic_store(&log->effective,
                     log == &root ? atomic_load(&root.configured) : inherited_level(log));
}

/* Under the lock. NULL at the limit or without memory. */
static struct cr_log *add(const char *name)
{
    if (sink.count >= CR_LOG_LOGGERS_MAX)
        return NULL;
    struct cr_log *log = calloc(1, sizeof *log);
    char *copy = strdup(name);
    if (!log || !copy) {
        free(log);
        free(copy);
        return NULL;
    }
    log->name = copy;
    atomic_init(&log->configured, NOT_CONFIGURED);
    atomic_init(&log->effective, inherited_level(log));
    atomic_store(&sink.last->next, log);
    sink.last = log;
    sink.count++;
    return log;
}

struct cr_log *cr_log_get(const char *name)
{
    CR_LOCKED(&sink.lock);
    struct cr_log *log = find(name);
    if (!log)
        log = add(name);
    return log ? log : &root;
}

const char *cr_log_name(const struct cr_log *log)
{
    return log->name;
}

bool cr_log_enabled(const struct cr_log *log, enum cr_log_level level)
{
    return (int)level <= atomic_load_explicit(&log->effective, memory_order_relaxed);
}

int cr_log_set_level(const char *name, enum cr_log_level level)
{
    if (name[0] == '\0')
        return CR_EINVAL;
    CR_LOCKED(&sink.lock);
    struct cr_log *log = find(name);
    if (!log)
        log = add(name);
    if (!log)
        return CR_ELIMIT;
    atomic_store(&log->configured, (int)level);
    update_effective();
    return 0;
}

void cr_log_clear_level(const char *name)
{
    CR_LOCKED(&sink.lock);
    struct cr_log *log = find(name);
    if (!log)
        return;
    atomic_store(&log->configured, log == &root ? (int)CR_LOG_INFO : NOT_CONFIGURED);
    update_effective();
}

int cr_log_level_parse(struct cr_slice text, enum cr_log_level *out_level)
{
    if (cr_slice_equal_nocase(text, CR_SLICE("FATAL"))) {
        *out_level = CR_LOG_ERROR;
        return 0;
    }
    if (cr_slice_equal_nocase(text, CR_SLICE("ALL"))) {
        *out_level = CR_LOG_TRACE;
        return 0;
    }
    for (int level = 0; level < LEVELS; level++)
        if (cr_slice_equal_nocase(text, cr_slice_of(level_names[level]))) {
            *out_level = (enum cr_log_level)level;
            return 0;
        }
    return CR_EPARSE;
}

const char *cr_log_level_name(enum cr_log_level level)
{
    return level_names[level];
}

static void fill_info(struct cr_log *log, struct cr_log_info *out_info)
{
    int configured = atomic_load(&log->configured);
    out_info->name = log->name;
    out_info->configured = configured != NOT_CONFIGURED;
    out_info->configured_level =
        configured == NOT_CONFIGURED ? CR_LOG_OFF : (enum cr_log_level)configured;
    out_info->effective_level = (enum cr_log_level)atomic_load(&log->effective);
}

bool cr_log_next(size_t *cursor, struct cr_log_info *out_info)
{
    struct cr_log *log = &root;
    for (size_t i = 0; log && i < *cursor; i++)
        log = atomic_load(&log->next);
    if (!log)
        return false;
    (*cursor)++;
    fill_info(log, out_info);
    return true;
}

bool cr_log_find(const char *name, struct cr_log_info *out_info)
{
    struct cr_log *log = find(name);
    if (log)
        fill_info(log, out_info);
    return log != NULL;
}

/* --- the sink --- */

void cr_log_set_format(enum cr_log_format format)
{
    atomic_store(&sink.format, (int)format);
}

enum cr_log_format cr_log_format(void)
{
    return (enum cr_log_format)atomic_load(&sink.format);
}

void cr_log_set_daemon(const char *daemon)
{
    atomic_store(&sink.daemon, daemon);
}

void cr_log_set_fd(int fd)
{
    atomic_store(&sink.fd, fd);
}

uint64_t cr_log_count(enum cr_log_level level)
{
    return atomic_load(&sink.written[level]);
}

uint64_t cr_log_lost(void)
{
    return atomic_load(&sink.lost);
}

/* One write(2) as a rule: a pipe takes up to PIPE_BUF octets whole or not at all. A full
 * non-blocking pipe is waited for a moment, then the lines are lost and counted. */
static void write_lines(const char *data, size_t len, uint64_t lines)
{
    int saved = errno;
    int fd = atomic_load(&sink.fd);
    size_t done = 0;
    while (done < len) {
        ssize_t n = write(fd, data + done, len - done);
        if (n >= 0) {
            done += (size_t)n;
            continue;
        }
        if (errno == EINTR)
            continue;
        struct pollfd ready = {.fd = fd, .events = POLLOUT};
        bool full = errno == EAGAIN;
        if (!full || poll(&ready, 1, WRITE_WAIT_MS) <= 0) {
            atomic_fetch_add(&sink.lost, lines);
            break;
        }
    }
    errno = saved;
}

static _Thread_local struct cr_log_batch *open_batch;

static void flush(struct cr_log_batch *batch)
{
    write_lines(batch->data, batch->len, batch->lines);
    batch->len = 0;
    batch->lines = 0;
}

/* What leaves in one write: only for a file is it whole at any size. */
static size_t batch_max(void)
{
    struct stat info;
    bool is_file = fstat(atomic_load(&sink.fd), &info) == 0 && S_ISREG(info.st_mode);
    return is_file ? CR_LOG_BATCH_MAX : CR_LOG_LINE_MAX;
}

void cr_log_batch_begin(struct cr_log_batch *batch)
{
    batch->len = 0;
    batch->lines = 0;
    open_batch = batch;
}

void cr_log_batch_end(struct cr_log_batch *batch)
{
    flush(batch);
    open_batch = NULL;
}

static void write_line(const struct cr_log_line *line)
{
    struct cr_log_batch *batch = open_batch;
    if (!batch) {
        write_lines(line->data, line->len, 1);
        return;
    }
    if (batch->len > 0 && batch->len + line->len > batch->max)
        flush(batch);
    if (batch->len == 0)
        batch->max = batch_max();
    memcpy(batch->data + batch->len, line->data, line->len);
    batch->len += line->len;
    batch->lines++;
}

static void write_event(const struct cr_log *log, enum cr_log_level level, const char *event,
                        struct cr_slice text, const struct cr_log_field *fields, size_t count)
{
    struct cr_log_line line;
    char time[CR_RFC3339_SIZE];
    cr_clock_rfc3339(cr_clock_wall_ms(), time);
    cr_log_line_begin(&line, (enum cr_log_format)atomic_load(&sink.format));
    cr_log_line_pair(&line, "ts", cr_slice_of(time));
    cr_log_line_pair(&line, "level", cr_slice_of(level_words[level]));
    const char *daemon = atomic_load(&sink.daemon);
    if (daemon)
        cr_log_line_pair(&line, "daemon", cr_slice_of(daemon));
    cr_log_line_pair(&line, "logger", cr_slice_of(log->name));
    cr_log_line_pair(&line, "event", cr_slice_of(event));
    if (text.len > 0)
        cr_log_line_pair(&line, "msg", text);
    for (size_t i = 0; i < count; i++)
        cr_log_line_pair(&line, fields[i].key, fields[i].value);
    cr_log_line_end(&line);
    atomic_fetch_add(&sink.written[level], 1);
    write_line(&line);
}

CR_PRINTF(3, 0)
static struct cr_slice format_text(char *out, size_t size, const char *format, va_list args)
{
    if (!format)
        return (struct cr_slice){NULL, 0};
    int len = vsnprintf(out, size, format, args);
    if (len < 0)
        return cr_slice_of(format);
    return (struct cr_slice){out, (size_t)len < size ? (size_t)len : size - 1};
}

void cr_log_write(const struct cr_log *log, enum cr_log_level level, const char *event,
                  const char *format, ...)
{
    char text[TEXT_MAX];
    va_list args;
    va_start(args, format);
    struct cr_slice view = format_text(text, sizeof text, format, args);
    va_end(args);
    write_event(log, level, event, view, NULL, 0);
}

void cr_log_write_fields(const struct cr_log *log, enum cr_log_level level, const char *event,
                         const struct cr_log_field *fields, size_t count, const char *format, ...)
{
    char text[TEXT_MAX];
    va_list args;
    va_start(args, format);
    struct cr_slice view = format_text(text, sizeof text, format, args);
    va_end(args);
    write_event(log, level, event, view, fields, count);
}

struct cr_slice cr_log_int(int64_t value, char out[CR_LOG_INT_SIZE])
{
    uint64_t left = value < 0 ? -(uint64_t)value : (uint64_t)value;
    char *at = out + CR_LOG_INT_SIZE;
    do {
        *--at = (char)('0' + left % 10);
        left /= 10;
    } while (left > 0);
    if (value < 0)
        *--at = '-';
    return (struct cr_slice){at, (size_t)(out + CR_LOG_INT_SIZE - at)};
}
