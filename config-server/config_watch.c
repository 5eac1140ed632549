/* config_watch: each move of a label is an event with the applications whose files it changed. */
#include "config_watch.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "changed_services.h"
#include "cr_clock.h"
#include "cr_int.h"
#include "cr_json_writer.h"
#include "cr_metrics.h"
#include "cr_sse_log.h"

#define RETRY_AFTER_S "5"

struct config_watch {
    struct config_watch_options options;
    struct cr_sse_log *log;
};

/* --- who may see what --- */

enum { TOPIC_SIZE = 24 };

/* The topic of all who may see everything is the empty one. */
static struct cr_slice topic_of(size_t reader, char text[TOPIC_SIZE])
{
    int len = snprintf(text, TOPIC_SIZE, "%zu", reader);
    return (struct cr_slice){text, (size_t)len};
}

static size_t reader_of(struct cr_slice topic)
{
    int64_t reader = 0;
    return cr_int_parse(topic, 0, INT64_MAX, &reader) == 0 ? (size_t)reader : SIZE_MAX;
}

static bool is_reader(const struct access *access, size_t number)
{
    for (size_t i = 0; i < number && number < access->count; i++)
        if (cr_slice_equal(access->items[i].token, access->items[number].token))
            return false; /* an earlier one stands for both */
    return true;
}

/* Applications without a token may be in any repository. */
static bool may_see_repository(const struct config_watch *watch, size_t reader,
                               struct git_backend *backend)
{
    const struct access *access = watch->options.access;
    bool sees = watch->options.open;
    for (size_t i = 0; i < access->count && !sees; i++)
        sees = access_shows(access, reader, access->items[i].application, false) &&
               config_service_serves(watch->options.service, backend, access->items[i].application);
    return sees;
}

/* --- changes --- */

struct change {
    struct git_backend *backend;
    const struct git_move *move;
    const struct cr_slice *names;
    size_t count;
};

static void write_change(const struct change *change, struct cr_buf *out)
{
    const struct git_move *move = change->move;
    struct cr_json_writer w;
    cr_json_init(&w, out);
    cr_json_begin_object(&w);
    cr_json_pair_text(&w, "repository", git_backend_uri(change->backend));
    cr_json_pair_string(&w, "label", move->label);
    cr_json_pair_text(&w, "from", *move->from ? move->from : NULL);
    cr_json_pair_text(&w, "version", *move->to ? move->to : NULL);
    cr_json_pair_array(&w, "applications");
    for (size_t i = 0; i < change->count; i++)
        cr_json_string(&w, change->names[i]);
    cr_json_end_array(&w);
    cr_json_end_object(&w);
}

static void append(struct config_watch *watch, const struct change *change, struct cr_slice topic)
{
    CR_AUTO(cr_buf) text = {0};
    write_change(change, &text);
    const struct cr_sse_entry entry = {"change", cr_buf_view(&text), topic,
                                       topic.len > 0 ? CR_SSE_FOR_TOPIC : CR_SSE_FOR_ALL};
    if (cr_buf_status(&text) < 0)
        cr_sse_log_forget(watch->log);
    else
        cr_sse_log_append(watch->log, &entry);
}

/* Nothing where no name is left for him. */
static void append_for(struct config_watch *watch, const struct change *change, size_t reader,
                       struct cr_arena *arena)
{
    char text[TOPIC_SIZE];
    const struct config_watch_options *options = &watch->options;
    struct change seen = {change->backend, change->move, NULL, 0};
    struct cr_slice *names = cr_arena_array(arena, change->count + 1, sizeof(*names));
    if (!names) {
        cr_sse_log_forget(watch->log);
        return;
    }
    for (size_t i = 0; i < change->count; i++)
        if (cr_slice_is(change->names[i], "*") ||
            access_shows(options->access, reader, change->names[i], options->open))
            names[seen.count++] = change->names[i];
    seen.names = names;
    if (seen.count > 0 && may_see_repository(watch, reader, change->backend))
        append(watch, &seen, topic_of(reader, text));
}

/* More files than can be named concern everybody. */
static void on_move(void *ctx, struct git_backend *backend, const struct git_move *move)
{
    static const struct cr_slice everybody[] = {{"*", 1}};
    struct config_watch *watch = ctx;
    const struct access *access = watch->options.access;
    CR_AUTO_ARENA arena = cr_arena_new(0);
    if (!arena) {
        cr_sse_log_forget(watch->log); /* who follows begins anew with the state */
        return;
    }
    struct change change = {backend, move, everybody, CR_COUNT(everybody)};
    if (!move->everything && changed_services(move->paths, move->path_count, arena, &change.names,
                                              &change.count, NULL) < 0) {
        change.names = everybody;
        change.count = CR_COUNT(everybody);
    }
    append(watch, &change, (struct cr_slice){0});
    for (size_t reader = 0; access->count > 0 && reader <= access->count; reader++)
        if (is_reader(access, reader))
            append_for(watch, &change, reader, arena);
}

/* --- the state --- */

struct state {
    struct cr_buf text;
    struct cr_slice piece;
};

struct writing {
    const struct config_watch *watch;
    struct cr_slice topic;
    struct cr_json_writer writer;
    const char *uri;
};

static void write_label(void *ctx, struct cr_slice label, const char *commit)
{
    struct writing *writing = ctx;
    struct cr_json_writer *w = &writing->writer;
    cr_json_begin_object(w);
    cr_json_pair_text(w, "repository", writing->uri);
    cr_json_pair_string(w, "label", label);
    cr_json_pair_text(w, "version", commit);
    cr_json_end_object(w);
}

static void write_labels(void *ctx, struct git_backend *backend)
{
    struct writing *writing = ctx;
    struct cr_slice topic = writing->topic;
    if (topic.len > 0 && !may_see_repository(writing->watch, reader_of(topic), backend))
        return;
    writing->uri = git_backend_uri(backend);
    git_backend_labels(backend, write_label, writing);
}

static void free_state(void *owner)
{
    struct state *state = owner;
    cr_buf_free(&state->text);
    free(state);
}

static int take_state(void *ctx, struct cr_slice topic, struct cr_sse_state *out)
{
    struct config_watch *watch = ctx;
    struct state *state = calloc(1, sizeof(*state));
    if (!state)
        return CR_ENOMEM;
    struct writing writing = {.watch = watch, .topic = topic};
    struct cr_json_writer *w = &writing.writer;
    /* What moves meanwhile is in the state and told again: no harm. */
    out->sequence = cr_sse_log_sequence(watch->log);
    cr_json_init(w, &state->text);
    cr_json_begin_object(w);
    cr_json_pair_array(w, "labels");
    config_service_each(watch->options.service, write_labels, &writing);
    cr_json_end_array(w);
    cr_json_end_object(w);
    if (cr_buf_status(&state->text) < 0) {
        free_state(state);
        return CR_ENOMEM;
    }
    state->piece = cr_buf_view(&state->text);
    out->pieces = &state->piece;
    out->count = 1;
    out->release = free_state;
    out->owner = state;
    return 0;
}

void config_watch_serve(struct config_watch *watch, struct cr_http_request *req,
                        const size_t *reader)
{
    char text[TOPIC_SIZE];
    struct cr_slice topic = reader ? topic_of(*reader, text) : (struct cr_slice){0};
    int rc = cr_sse_log_follow(watch->log, req, topic);
    if (rc >= 0)
        return;
    cr_http_answer_header(req, "Retry-After", RETRY_AFTER_S);
    if (rc == CR_ELIMIT)
        cr_http_problem(req, 503,
                        "%zu clients follow already, the most that are let: see "
                        "crema.config.max-watchers",
                        watch->options.watchers_max);
    else
        cr_http_problem(req, 503, "no stream can be opened now: %s", cr_code_name(rc));
}

/* --- metrics --- */

static void show_watch(struct cr_metrics_view *view, void *ctx)
{
    const struct config_watch *watch = ctx;
    struct cr_sse_log_counts counts = cr_sse_log_counts(watch->log);
    const struct cr_metric metrics[] = {
        {CR_METRIC_COUNTER, .name = "config.watch.events", .labels = "",
         .help = "Changes that were told to those who follow", .value = (double)counts.events},
        {CR_METRIC_GAUGE, .name = "config.watchers", .labels = "",
         .help = "Clients that follow the changes now", .value = (double)counts.followers},
    };
    for (size_t i = 0; i < CR_COUNT(metrics); i++)
        cr_metrics_show(view, &metrics[i]);
}

/* --- life --- */

int config_watch_new(const struct config_watch_options *options, struct config_watch **out_watch,
                     struct cr_err *err)
{
    struct config_watch *watch = calloc(1, sizeof(*watch));
    if (!watch)
        return cr_err_set(err, CR_ENOMEM, "watch: no memory");
    watch->options = *options;
    const struct cr_sse_log_options log = {
        .epoch = (uint64_t)cr_clock_wall_ms(),
        .followers_max = options->watchers_max,
        .take_state = take_state,
        .ctx = watch,
    };
    int rc = cr_sse_log_new(&log, &watch->log, err);
    if (rc == 0 && cr_metrics_add_collector(show_watch, watch) < 0)
        rc = cr_err_set(err, CR_ELIMIT, "watch: too many collectors of metrics");
    if (rc < 0) {
        cr_sse_log_free(watch->log);
        free(watch);
        return rc;
    }
    config_service_listen(options->service, on_move, watch);
    *out_watch = watch;
    return 0;
}

void config_watch_stop(struct config_watch *watch)
{
    config_service_listen(watch->options.service, NULL, NULL);
    cr_sse_log_stop(watch->log);
}

void config_watch_free(struct config_watch *watch)
{
    if (!watch)
        return;
    cr_metrics_remove_collector(show_watch, watch);
    cr_sse_log_free(watch->log);
    free(watch);
}
