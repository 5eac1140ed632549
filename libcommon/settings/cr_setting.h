/* cr_setting: one row of a daemon's settings table: a key, its type, its field and its words.
 *
 * Ownership: rows are static const tables; what is bound into a struct lives in the caller's arena.
 * Threads:   immutable.
 * Source:    Spring Boot's relaxed binding. A row's key is written in kebab-case or as Netflix and
 *            Spring wrote it ("hystrix.command.<key>.circuitBreaker.enabled").
 *
 * A row is a field of a struct:
 *
 *     static const struct cr_setting rows[] = {
 *         {"server.port", CR_SETTING_INT, offsetof(struct settings, port), "8080", 0, 65535,
 *          CR_SETTING_RESTART, "Port of the HTTP server; 0 takes a free one."},
 *     };
 *
 * A family row has one <name> in its key and stands in a table of its own, whose struct is one
 * member of the family: "zuul.routes.<id>.path". A member is one element where nothing follows it,
 * and all that is left where its name ends in dots: "logging.level.<logger...>". In brackets it is
 * the number of a list's element: "composite[<i>].type", and in one of these a second name may
 * follow: "composite[<i>].repos.<id>.uri", whose members are spelled "0].repos.team".
 */
#ifndef CR_SETTING_H
#define CR_SETTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum cr_setting_type {
    CR_SETTING_TEXT,     /* const char *; NULL when the fallback is NULL and nothing is set */
    CR_SETTING_BOOL,     /* bool: true/false, yes/no, on/off, 1/0 */
    CR_SETTING_INT,      /* int64_t */
    CR_SETTING_DURATION, /* int64_t in ms: "10s", "500ms", "PT10S", a plain number is ms */
    CR_SETTING_SIZE,     /* int64_t in bytes: "64KB" (1024), a plain number is bytes */
    CR_SETTING_DOUBLE,   /* double */
    CR_SETTING_LIST,     /* struct cr_setting_list: "a,b" or key[0], key[1] */
};

struct cr_setting_list {
    const char *const *items;
    size_t count;
};

enum cr_setting_flags {
    CR_SETTING_RESTART = 0,       /* a change is seen at the next start */
    CR_SETTING_LIVE = 1 << 0,     /* a change is seen at the next refresh */
    CR_SETTING_SECRET = 1 << 1,   /* masked wherever settings are shown */
    CR_SETTING_REQUIRED = 1 << 2, /* must be set: an error without a value */
    CR_SETTING_DEFAULTS = 1 << 3, /* family: falls through to the member called "default" */
};

struct cr_setting {
    const char *key;
    enum cr_setting_type type;
    size_t offset;
    const char *fallback; /* text as in a file, may have placeholders; NULL: zero, NULL or empty */
    int64_t min, max;     /* of INT, DURATION, SIZE; both 0: no limit but the type's */
    unsigned flags;
    const char *doc; /* one sentence, for --help and docs/settings.md */
};

/* "text", "number", "duration", ... */
const char *cr_setting_type_name(enum cr_setting_type type);

#endif
