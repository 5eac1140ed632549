/* config_watch: each move of a label is an event with the applications whose files it changed. */
#include "config_watch.h"

#include <stdlib.h>

#include "changed_services.h"
#include "cr_clock.h"
#include "cr_json_writer.h"
#include "cr_metrics.h"
#include "cr_sse_log.h"

#define RETRY_AFTER_S "5"

struct config_watch {
    struct config_service *service;
    struct cr_sse_log *log;
    size_t watchers_max;
};

/* --- changes --- */

static const struct cr_slice everybody[] = {{"*", 1}};

static void write_change(const char *uri, const struct git_move *move, const struct cr_slice *names,
                         size_t count, struct cr_buf *out)
{
    struct cr_json_writer w;
    cr_json_init(&w, out);
    cr_json_begin_object(&w);
    cr_json_pair_text(&w, "repository", uri);
    cr_json_pair_string(&w, "label", move->label);
    cr_json_pair_text(&w, "from", *move->from ? move->from : NULL);
    cr_json_pair_text(&w, "version", *move->to ? move->to : NULL);
    cr_json_pair_array(&w, "applications");
    for (size_t i = 0; i < count; i++)
        cr_json_string(&w, names[i]);
    cr_json_end_array(&w);
    cr_json_end_object(&w);
}

/* More files than can be named concern everybody. */
static void on_move(void *ctx, const char *uri, const struct git_move *move)
{
    struct config_watch *watch = ctx;
    CR_AUTO_ARENA arena = cr_arena_new(0);
    CR_AUTO(cr_buf) text = {0};
    const struct cr_slice *names = everybody;
    size_t count = CR_COUNT(everybody);
    if (!move->everything && arena &&
        changed_services(move->paths, move->path_count, arena, &names, &count, NULL) < 0) {
        names = everybody;
        count = CR_COUNT(everybody);
    }
    write_change(uri, move, names, count, &text);
    const struct cr_sse_entry entry = {"change", cr_buf_view(&text), {0}, CR_SSE_FOR_ALL};
    if (cr_buf_status(&text) < 0)
        cr_sse_log_forget(watch->log);
    else
        cr_sse_log_append(watch->log, &entry);
}

/* --- the state --- */

struct state {
    struct cr_buf text;
    struct cr_slice piece;
};

struct writing {
    struct cr_json_writer *writer;
    const char *uri;
};

static void write_label(void *ctx, struct cr_slice label, const char *commit)
{
    const struct writing *writing = ctx;
    struct cr_json_writer *w = writing->writer;
    cr_json_begin_object(w);
    cr_json_pair_text(w, "repository", writing->uri);
    cr_json_pair_string(w, "label", label);
    cr_json_pair_text(w, "version", commit);
    cr_json_end_object(w);
}

static void write_labels(void *ctx, struct git_backend *backend)
{
    struct writing writing = {ctx, git_backend_uri(backend)};
    git_backend_labels(backend, write_label, &writing);
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
    struct cr_json_writer w;
    (void)topic;
    if (!state)
        return CR_ENOMEM;
    /* What moves meanwhile is in the state and told again: no harm. */
    out->sequence = cr_sse_log_sequence(watch->log);
    cr_json_init(&w, &state->text);
    cr_json_begin_object(&w);
    cr_json_pair_array(&w, "labels");
    config_service_each(watch->service, write_labels, &w);
    cr_json_end_array(&w);
    cr_json_end_object(&w);
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

void config_watch_serve(struct config_watch *watch, struct cr_http_request *req)
{
    int rc = cr_sse_log_follow(watch->log, req, (struct cr_slice){0});
    if (rc >= 0)
        return;
    cr_http_answer_header(req, "Retry-After", RETRY_AFTER_S);
    if (rc == CR_ELIMIT)
        cr_http_problem(req, 503,
                        "%zu clients follow already, the most that are let: see "
                        "crema.config.max-watchers",
                        watch->watchers_max);
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

int config_watch_new(struct config_service *service, size_t watchers_max,
                     struct config_watch **out_watch, struct cr_err *err)
{
    struct config_watch *watch = calloc(1, sizeof(*watch));
    if (!watch)
        return cr_err_set(err, CR_ENOMEM, "watch: no memory");
    watch->service = service;
    watch->watchers_max = watchers_max;
    const struct cr_sse_log_options options = {
        .epoch = (uint64_t)cr_clock_wall_ms(),
        .followers_max = watchers_max,
        .take_state = take_state,
        .ctx = watch,
    };
    int rc = cr_sse_log_new(&options, &watch->log, err);
    if (rc == 0 && cr_metrics_add_collector(show_watch, watch) < 0)
        rc = cr_err_set(err, CR_ELIMIT, "watch: too many collectors of metrics");
    if (rc < 0) {
        cr_sse_log_free(watch->log);
        free(watch);
        return rc;
    }
    config_service_listen(service, on_move, watch);
    *out_watch = watch;
    return 0;
}

void config_watch_stop(struct config_watch *watch)
{
    config_service_listen(watch->service, NULL, NULL);
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
