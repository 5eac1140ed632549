/* cr_config_client: the config server as one more source of a daemon's settings.
 *
 * Asks GET {uri}/{name}/{profile}[/{label}] and hands the property sources over, the strongest
 * first; a line names each of them. The answer is kept in <crema.home>/cache (mode 0600);
 * when the server is away the kept copy stands in, and a line says how old it is. Without either
 * the daemon starts with its local settings, unless spring.cloud.config.fail-fast=true.
 *
 * Ownership: texts go into the caller's arena; nothing else is kept.
 * Units:     milliseconds.
 * Errors:    CR_EUNAVAILABLE with each URI's failure, only with fail-fast; CR_EINVAL for a setting
 *            that makes no sense. A damaged kept copy is ignored with a line.
 * Threads:   one at a time; blocks until its own deadlines.
 * Source:    Spring Cloud Config client: ConfigServerConfigDataLoader, ConfigClientProperties,
 *            RetryProperties (6 attempts, 1,000 ms, x1.1, at most 2,000 ms with fail-fast).
 *
 * Unlike Spring's client this one waits a little also without fail-fast, because the daemons of a
 * stack start together: while the connection is refused it tries again, for at most
 * wait_ms, or 500 ms when there is a kept copy.
 */
#ifndef CR_CONFIG_CLIENT_H
#define CR_CONFIG_CLIENT_H

#include "cr_arena.h"
#include "cr_attr.h"
#include "cr_err.h"
#include "cr_slice.h"
#include "cr_wire_environment.h"

struct cr_http_client;
struct cr_log;

struct cr_config_client_options {
    struct cr_http_client *http;
    const struct cr_log *log;
    const char *uris;     /* spring.cloud.config.uri: comma-separated, with or without user:pw@ */
    const char *name;     /* spring.cloud.config.name, else spring.application.name */
    const char *profile;  /* comma-separated; "default" */
    const char *label;    /* comma-separated, tried in order; "" = the server's default */
    const char *username; /* "" = none, or from the URI */
    const char *password;
    const char *token;      /* X-Config-Token; "" = none */
    const char *cache_path; /* the file of the kept copy; "" = none is kept */
    bool fail_fast;
    bool again; /* asked before in vain: ask once, wait for nobody, repeat no line of the log */
    void (*waiting)(void *ctx, const char *why); /* nobody answers, more is tried; may be NULL */
    void *ctx;                                   /* of waiting */
    int64_t wait_ms;            /* without fail-fast: how long to try while nobody answers */
    int64_t connect_timeout_ms; /* spring.cloud.config.request-connect-timeout */
    int64_t read_timeout_ms;    /* spring.cloud.config.request-read-timeout */
    int64_t retry_initial_ms;   /* spring.cloud.config.retry.* */
    int64_t retry_max_ms;
    double retry_multiplier;
    int retry_attempts;
};

enum cr_config_client_origin {
    CR_CONFIG_NONE, /* nobody answered and no copy was kept */
    CR_CONFIG_SERVER,
    CR_CONFIG_CACHE,
};

/* The environment, in the arena. With CR_CONFIG_NONE it is empty; with that and CR_CONFIG_CACHE the
 * result is 0, and err tells what stands in for the answer and why. */
CR_MUST_CHECK int cr_config_client_fetch(const struct cr_config_client_options *options,
                                         struct cr_arena *arena,
                                         struct cr_wire_environment *out_environment,
                                         enum cr_config_client_origin *out_origin,
                                         struct cr_err *err);

#endif
