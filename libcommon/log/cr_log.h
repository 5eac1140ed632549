/* cr_log: structured events on stderr, as logfmt or JSON, one write(2) a line.
 *
 * Ownership: loggers live as long as the process and are never freed. Names, events and field keys
 *            are literals of ours; values may be any bytes: they are escaped, and a line is cut at
 *            CR_LOG_LINE_MAX (PIPE_BUF, so lines of several processes do not mix in a pipe).
 * Errors:    logging never fails towards its caller; lines that could not be written are counted.
 * Threads:   any. Levels are changed while others log.
 * Levels:    error = needs a person; warn = degraded, says "ignoring" or "retrying in N ms";
 *            info = lifecycle; debug; trace. Never log a secret.
 * Source:    Boot's logger names and levels: "a.b" inherits from "a", then from "ROOT".
 */
#ifndef CR_LOG_H
#define CR_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "cr_attr.h"
#include "cr_slice.h"

struct cr_log;

/* From quiet to loud: a line is written when its level <= the logger's. */
enum cr_log_level {
    CR_LOG_OFF,
    CR_LOG_ERROR,
    CR_LOG_WARN,
    CR_LOG_INFO,
    CR_LOG_DEBUG,
    CR_LOG_TRACE,
};

enum cr_log_format { CR_LOG_LOGFMT, CR_LOG_JSON };

enum { CR_LOG_LINE_MAX = 4096, CR_LOG_LOGGERS_MAX = 512 };

/* One key=value of an event; a number is given as text (cr_log_int). */
struct cr_log_field {
    const char *key;
    struct cr_slice value;
};

/* The logger of that name ("registry.lease"), made on first use; "ROOT" is the ancestor of all.
 * Never NULL: beyond CR_LOG_LOGGERS_MAX names everybody gets ROOT. */
struct cr_log *cr_log_get(const char *name);
const char *cr_log_name(const struct cr_log *log);
bool cr_log_enabled(const struct cr_log *log, enum cr_log_level level);

/* Writes one event: event is a dotted literal ("lease.expired"), the text is for people and may be
 * NULL. Tests no level: use the macros below. */
void cr_log_write(const struct cr_log *log, enum cr_log_level level, const char *event,
                  const char *format, ...) CR_PRINTF(4, 5);
/* As cr_log_write, with count fields behind the text. */
void cr_log_write_fields(const struct cr_log *log, enum cr_log_level level, const char *event,
                         const struct cr_log_field *fields, size_t count, const char *format, ...)
    CR_PRINTF(6, 7);

#define cr_log_at(log, level, event, ...)                                                          \
    do {                                                                                           \
        if (cr_log_enabled((log), (level)))                                                        \
            cr_log_write((log), (level), (event), __VA_ARGS__);                                    \
    } while (0)
#define cr_log_error(log, event, ...) cr_log_at(log, CR_LOG_ERROR, event, __VA_ARGS__)
#define cr_log_warn(log, event, ...)  cr_log_at(log, CR_LOG_WARN, event, __VA_ARGS__)
#define cr_log_info(log, event, ...)  cr_log_at(log, CR_LOG_INFO, event, __VA_ARGS__)
#define cr_log_debug(log, event, ...) cr_log_at(log, CR_LOG_DEBUG, event, __VA_ARGS__)
#define cr_log_trace(log, event, ...) cr_log_at(log, CR_LOG_TRACE, event, __VA_ARGS__)

/* Levels, live. A name that no logger has yet is kept for those to come.
 * CR_ELIMIT when there are too many names, CR_EINVAL for an empty name. */
CR_MUST_CHECK int cr_log_set_level(const char *name, enum cr_log_level level);
void cr_log_clear_level(const char *name); /* inherits again; ROOT goes back to INFO */

/* "DEBUG" in any case; "FATAL" is ERROR, "ALL" is TRACE. CR_EPARSE for anything else. */
CR_MUST_CHECK int cr_log_level_parse(struct cr_slice text, enum cr_log_level *out_level);
const char *cr_log_level_name(enum cr_log_level level); /* "INFO" */

struct cr_log_info {
    const char *name;
    bool configured; /* has a level of its own, which is configured_level */
    enum cr_log_level configured_level;
    enum cr_log_level effective_level;
};
/* Walks all loggers, ROOT first: start with *cursor = 0; false at the end. */
bool cr_log_next(size_t *cursor, struct cr_log_info *out_info);
/* Of one name; false when there is no such logger. */
bool cr_log_find(const char *name, struct cr_log_info *out_info);

/* The sink. daemon (a literal or NULL) is named in every line. */
void cr_log_set_format(enum cr_log_format format);
enum cr_log_format cr_log_format(void);
void cr_log_set_daemon(const char *daemon);
void cr_log_set_fd(int fd); /* default 2; not closed */

/* Lines of the calling thread are kept and leave together, whole lines, in writes of at most
 * CR_LOG_BATCH_MAX octets, CR_LOG_LINE_MAX where the sink is not a regular file; for a thread that
 * writes many. The batch is the caller's memory until cr_log_batch_end, which writes what is left.
 */
enum { CR_LOG_BATCH_MAX = 64 * 1024 };
struct cr_log_batch {
    size_t max;
    size_t len;
    uint64_t lines;
    char data[CR_LOG_BATCH_MAX];
};
void cr_log_batch_begin(struct cr_log_batch *batch);
void cr_log_batch_end(struct cr_log_batch *batch);

/* Lines written at that level, and lines lost because the sink did not take them. */
uint64_t cr_log_count(enum cr_log_level level);
uint64_t cr_log_lost(void);

/* Decimal text of value in the caller's buffer, for fields. */
enum { CR_LOG_INT_SIZE = 24 };
struct cr_slice cr_log_int(int64_t value, char out[CR_LOG_INT_SIZE]);

#endif
