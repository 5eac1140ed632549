/* Asks the config server, with patience, and keeps its last answer for bad days. */
#include "cr_config_client.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "cr_buf.h"
#include "cr_clock.h"
#include "cr_file.h"
#include "cr_http_client.h"
#include "cr_int.h"
#include "cr_log.h"
#include "cr_url.h"

enum {
    PAUSE_FIRST_MS = 50, /* without fail-fast */
    PAUSE_MOST_MS = 500,
    WAIT_WITH_COPY_MS = 500, /* a kept copy makes waiting less worth while */
    CACHE_FILE_MODE = 0600,
    CACHE_DIR_MODE = 0700,
};
static const size_t body_max_bytes = (size_t)16 * 1024 * 1024;

/* One look at the servers. */
enum outcome {
    ANSWERED,
    AWAY,    /* nobody answered, or with 5xx: it may be better soon */
    REFUSED, /* an answer that asking again will not change */
};

struct asking {
    const struct cr_config_client_options *options;
    struct cr_arena *arena;
    struct cr_slice body; /* of the answer, in the arena */
    struct cr_wire_environment *environment;
    struct cr_err *err; /* why the last attempt failed */
};

static void pause_ms(int64_t ms)
{
    struct timespec rest = {.tv_sec = ms / 1000, .tv_nsec = (ms % 1000) * 1000000};
    while (nanosleep(&rest, &rest) != 0)
        continue;
}

static bool is_set(const char *text)
{
    return text && text[0] != '\0';
}

/* For messages: without credentials, well-formed or not. */
static struct cr_slice shown(struct cr_slice uri)
{
    ptrdiff_t at = cr_slice_find_last(uri, '@');
    return at < 0 ? uri : cr_slice_from(uri, (size_t)at + 1);
}

/* ---- one request ---- */

/* A label's slashes are written (_), as in Spring's client. */
static void put_label(struct cr_buf *url, struct cr_slice label)
{
    struct cr_slice rest = label;
    struct cr_slice part;
    bool first = true;
    while (cr_slice_split(&rest, '/', &part)) {
        if (!first)
            cr_buf_text(url, "(_)");
        cr_url_encode(url, part, "");
        first = false;
    }
}

/* scheme://[user:pw@]host/path/name/profile[/label] */
static int make_url(const struct asking *asking, struct cr_slice uri, struct cr_slice label,
                    struct cr_buf *out)
{
    const struct cr_config_client_options *options = asking->options;
    struct cr_url url;
    if (cr_url_parse(uri, &url, asking->err))
        return cr_err_prefix(asking->err,
                             "spring.cloud.config.uri '%.*s': ", CR_SLICE_ARG(shown(uri)));
    if (!cr_slice_is(url.scheme, "http") && !cr_slice_is(url.scheme, "https"))
        return cr_err_set(asking->err, CR_EINVAL,
                          "spring.cloud.config.uri '%.*s': neither http nor https",
                          CR_SLICE_ARG(shown(uri)));
    size_t start = url.scheme.len + sizeof "://" - 1;
    if (is_set(options->username) && url.user_info.len > 0)
        start += url.user_info.len + 1;
    struct cr_slice rest = cr_slice_from(uri, start);
    while (cr_slice_ends(rest, CR_SLICE("/")))
        rest.len--;
    cr_buf_printf(out, "%.*s://", CR_SLICE_ARG(url.scheme));
    if (is_set(options->username)) {
        cr_url_encode(out, cr_slice_of(options->username), "");
        cr_buf_char(out, ':');
        cr_url_encode(out, cr_slice_of(options->password), "");
        cr_buf_char(out, '@');
    }
    cr_buf_slice(out, rest);
    cr_buf_char(out, '/');
    cr_url_encode(out, cr_slice_of(options->name), ",");
    cr_buf_char(out, '/');
    cr_url_encode(out, cr_slice_of(options->profile), ",");
    if (label.len > 0) {
        cr_buf_char(out, '/');
        put_label(out, label);
    }
    return cr_buf_status(out);
}

static enum outcome read_answer(struct asking *asking, const struct cr_http_response *response,
                                struct cr_slice uri, int *out_status)
{
    *out_status = response->status;
    if (response->status != 200) {
        cr_err_set(asking->err, CR_EUNAVAILABLE, "%.*s answered %d for '%s', profile '%s'",
                   CR_SLICE_ARG(shown(uri)), response->status, asking->options->name,
                   asking->options->profile);
        return response->status >= 500 ? AWAY : REFUSED;
    }
    if (cr_wire_environment_read(response->body, asking->arena, asking->environment, asking->err)) {
        cr_err_prefix(asking->err, "%.*s: ", CR_SLICE_ARG(shown(uri)));
        return REFUSED;
    }
    asking->body = response->body;
    return ANSWERED;
}

static enum outcome ask_uri(struct asking *asking, struct cr_slice uri, struct cr_slice label,
                            int *out_status)
{
    const struct cr_config_client_options *options = asking->options;
    CR_AUTO(cr_buf) url = {0};
    *out_status = 0;
    if (make_url(asking, uri, label, &url))
        return REFUSED;
    const struct cr_http_pair headers[] = {
        {"Accept", CR_WIRE_ENVIRONMENT_V2},
        {"X-Config-Token", options->token},
    };
    const struct cr_http_call call = {
        .url = url.data,
        .headers = headers,
        .header_count = is_set(options->token) ? 2 : 1,
        .connect_ms = options->connect_timeout_ms,
        .total_ms = options->read_timeout_ms,
        .body_max = body_max_bytes,
    };
    struct cr_http_response response = {0};
    if (cr_http_client_fetch(options->http, &call, asking->arena, &response, asking->err))
        return AWAY;
    return read_answer(asking, &response, uri, out_status);
}

/* One label at all URIs in turn. */
static enum outcome ask_label(struct asking *asking, struct cr_slice label, bool *out_unknown)
{
    struct cr_slice rest = cr_slice_of(asking->options->uris);
    struct cr_slice uri;
    enum outcome worst = REFUSED;
    *out_unknown = false;
    while (cr_slice_split(&rest, ',', &uri)) {
        int status = 0;
        uri = cr_slice_trim(uri);
        if (uri.len == 0)
            continue;
        enum outcome outcome = ask_uri(asking, uri, label, &status);
        if (outcome == ANSWERED)
            return ANSWERED;
        if (outcome == AWAY)
            worst = AWAY;
        *out_unknown = *out_unknown || status == 404;
    }
    return worst;
}

/* A label that is unknown passes on to the next of the list. */
static enum outcome ask_once(struct asking *asking)
{
    const char *labels = asking->options->label ? asking->options->label : "";
    struct cr_slice rest = cr_slice_of(labels);
    struct cr_slice label;
    enum outcome outcome = REFUSED;
    cr_err_set(asking->err, CR_EINVAL, "spring.cloud.config.uri is empty");
    while (cr_slice_split(&rest, ',', &label)) {
        bool unknown = false;
        outcome = ask_label(asking, cr_slice_trim(label), &unknown);
        if (outcome == ANSWERED || !unknown)
            break;
    }
    return outcome;
}

/* ---- patience ---- */

/* Spring's: so many attempts, with growing pauses. */
static enum outcome ask_fail_fast(struct asking *asking)
{
    const struct cr_config_client_options *options = asking->options;
    double pause = (double)options->retry_initial_ms;
    for (int attempt = 1;; attempt++) {
        enum outcome outcome = ask_once(asking);
        if (outcome == ANSWERED || attempt >= options->retry_attempts)
            return outcome;
        cr_log_warn(options->log, "config.retry", "attempt %d of %d, again in %.0f ms: %s", attempt,
                    options->retry_attempts, pause, asking->err->text);
        pause_ms((int64_t)pause);
        pause = fmin(pause * fmax(options->retry_multiplier, 1.0), (double)options->retry_max_ms);
    }
}

/* Ours: until somebody is there or the time is over. */
static enum outcome ask_for_a_while(struct asking *asking, int64_t wait_ms)
{
    int64_t deadline_ms = cr_clock_ms() + wait_ms;
    int64_t pause = PAUSE_FIRST_MS;
    bool said = false;
    for (;;) {
        enum outcome outcome = ask_once(asking);
        int64_t left_ms = deadline_ms - cr_clock_ms();
        if (outcome != AWAY || left_ms <= 0)
            return outcome;
        if (!said)
            cr_log_info(asking->options->log, "config.waiting", "for at most %" PRId64 " ms: %s",
                        left_ms, asking->err->text);
        if (!said && asking->options->waiting)
            asking->options->waiting(asking->options->ctx, asking->err->text);
        said = true;
        pause_ms(cr_min_i64(pause, left_ms));
        pause = cr_min_i64(pause * 2, PAUSE_MOST_MS);
    }
}

/* ---- the kept copy ---- */

/* Is it an answer to this question? Only then may it stand in. */
static bool is_for(const struct cr_wire_environment *environment,
                   const struct cr_config_client_options *options)
{
    return cr_slice_is(environment->name, options->name) && environment->profile_count == 1 &&
           cr_slice_is(environment->profiles[0], options->profile);
}

static bool read_copy(const struct cr_config_client_options *options, struct cr_arena *arena,
                      struct cr_wire_environment *environment)
{
    struct stat status;
    if (!is_set(options->cache_path) || stat(options->cache_path, &status) != 0)
        return false;
    CR_AUTO(cr_buf) text = {.max = body_max_bytes};
    struct cr_err err = {0};
    struct cr_wire_environment kept = {0};
    if (cr_file_read(options->cache_path, &text, &err) ||
        cr_wire_environment_read(cr_buf_view(&text), arena, &kept, &err)) {
        cr_log_warn(options->log, "config.copy-damaged", "ignoring '%s': %s", options->cache_path,
                    err.text);
        return false;
    }
    if (!is_for(&kept, options))
        return false;
    *environment = kept;
    return true;
}

static bool copy_says(const struct cr_config_client_options *options, struct cr_slice body)
{
    CR_AUTO(cr_buf) last = {.max = body_max_bytes};
    return cr_file_read(options->cache_path, &last, NULL) == 0 &&
           cr_slice_equal(cr_buf_view(&last), body);
}

static void write_copy(const struct cr_config_client_options *options, struct cr_slice body)
{
    struct cr_err err = {0};
    if (!is_set(options->cache_path) || copy_says(options, body))
        return;
    CR_AUTO(cr_buf) folder = {0};
    const char *slash = strrchr(options->cache_path, '/');
    int rc = 0;
    if (slash && slash > options->cache_path) {
        cr_buf_append(&folder, options->cache_path, (size_t)(slash - options->cache_path));
        rc = cr_buf_status(&folder);
        rc = rc ? rc : cr_file_make_dirs(folder.data, CACHE_DIR_MODE, &err);
    }
    rc = rc ? rc : cr_file_write(options->cache_path, body, CACHE_FILE_MODE, &err);
    /* Instances that share a cache may get in each other's way, with the same text. */
    if (rc && !copy_says(options, body))
        cr_log_warn(options->log, "config.copy-failed", "going on without a copy: %s", err.text);
}

static void tell_copy(const struct cr_config_client_options *options, const char *why,
                      struct cr_err *err)
{
    struct stat status;
    char written[CR_RFC3339_SIZE] = "an unknown time";
    if (stat(options->cache_path, &status) == 0)
        cr_clock_rfc3339((int64_t)status.st_mtim.tv_sec * 1000, written);
    cr_err_set(err, CR_EUNAVAILABLE, "the answer of %s stands in: %s", written, why);
}

static void tell(const struct cr_config_client_options *options, const char *event,
                 const struct cr_err *err)
{
    enum cr_log_level level = options->again ? CR_LOG_DEBUG : CR_LOG_WARN;
    cr_log_at(options->log, level, event, "%s", err->text);
}

/* ---- all together ---- */

/* Each source by name: whoever wonders why a value does not apply finds it here. */
static void log_sources(const struct cr_config_client_options *options,
                        const struct cr_wire_environment *environment)
{
    for (size_t i = 0; i < environment->source_count; i++)
        cr_log_info(options->log, "config.source", "%.*s: %zu properties",
                    CR_SLICE_ARG(environment->sources[i].name), environment->sources[i].count);
    if (environment->source_count == 0)
        cr_log_warn(options->log, "config.empty",
                    "the config server has nothing for the name '%s' and the profile '%s': is "
                    "there a file %s.yml in its repository?",
                    options->name, options->profile, options->name);
}

static enum outcome ask(struct asking *asking, bool have_copy)
{
    const struct cr_config_client_options *options = asking->options;
    int64_t wait_ms =
        have_copy ? cr_min_i64(options->wait_ms, WAIT_WITH_COPY_MS) : options->wait_ms;
    if (options->again)
        return ask_once(asking);
    if (options->fail_fast)
        return ask_fail_fast(asking);
    return ask_for_a_while(asking, wait_ms);
}

int cr_config_client_fetch(const struct cr_config_client_options *options, struct cr_arena *arena,
                           struct cr_wire_environment *out_environment,
                           enum cr_config_client_origin *out_origin, struct cr_err *err)
{
    struct cr_wire_environment environment = {0};
    struct cr_wire_environment kept = {0};
    struct cr_err why = {0};
    struct asking asking = {
        .options = options, .arena = arena, .environment = &environment, .err = &why};
    bool have_copy = read_copy(options, arena, &kept);
    if (ask(&asking, have_copy) == ANSWERED) {
        *out_origin = CR_CONFIG_SERVER;
        write_copy(options, asking.body);
    } else if (options->fail_fast && !options->again) {
        return cr_err_set(err, CR_EUNAVAILABLE,
                          "config server: %s; spring.cloud.config.fail-fast=false starts without",
                          why.text);
    } else if (have_copy) {
        *out_origin = CR_CONFIG_CACHE;
        environment = kept;
        tell_copy(options, why.text, err);
        tell(options, "config.copy-used", err);
    } else {
        *out_origin = CR_CONFIG_NONE;
        environment = (struct cr_wire_environment){0};
        cr_err_set(err, CR_EUNAVAILABLE, "going on with local settings: %s", why.text);
        tell(options, "config.away", err);
    }
    if (*out_origin == CR_CONFIG_SERVER || (*out_origin == CR_CONFIG_CACHE && !options->again))
        log_sources(options, &environment);
    *out_environment = environment;
    return 0;
}
