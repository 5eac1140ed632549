/* Tells each change to those who follow. */
#include "eureka_watch.h"

#include <stdlib.h>

#include "cr_clock.h"
#include "cr_metrics.h"
#include "cr_sse_log.h"
#include "eureka_render.h"

/* More changes at once than this are told as a new state: the core may have forgotten some of those
 * that are gone (REGISTRY_GRAVES_MAX). */
enum { UNTOLD_MAX = REGISTRY_GRAVES_MAX / 2 };

struct eureka_watch {
    struct eureka_server *server;
    struct cr_sse_log *log;
    size_t watchers_max;
    uint64_t told; /* version of the registry; under its lock, as what follows */
    size_t untold; /* changes since */
};

/* ---- changes ---- */

/* With the server's lock. */
static void on_change(void *ctx, const struct registry_event *event)
{
    struct eureka_watch *watch = ctx;
    (void)event;
    watch->untold++;
    cr_sse_log_mark(watch->log);
}

static void append(struct eureka_watch *watch, const struct registry *registry,
                   const struct selection *selection, struct cr_slice app, enum cr_sse_reach reach)
{
    CR_AUTO(cr_buf) text = {0};
    eureka_render_changes(registry, selection, &text);
    const struct cr_sse_entry entry = {"change", cr_buf_view(&text), app, reach};
    if (cr_buf_status(&text))
        cr_sse_log_forget(watch->log);
    else
        cr_sse_log_append(watch->log, &entry);
}

/* The instances of one application that begin at `first`. */
static struct selection same_app(const struct selection *all, size_t first)
{
    struct selection part = {.items = all->items + first, .count = 1};
    while (first + part.count < all->count &&
           cr_slice_equal(part.items[part.count]->record->app, part.items[0]->record->app))
        part.count++;
    return part;
}

/* One event for who follows all, and one for each application's followers; they are the same where
 * only one application changed, as nearly always. */
static void tell_selection(struct eureka_watch *watch, const struct registry *registry,
                           const struct selection *all)
{
    struct selection part = same_app(all, 0);
    struct cr_slice app = part.items[0]->record->app;
    if (part.count == all->count) {
        append(watch, registry, all, app, CR_SSE_FOR_BOTH);
        return;
    }
    append(watch, registry, all, (struct cr_slice){0}, CR_SSE_FOR_ALL);
    for (size_t first = 0; first < all->count; first += part.count) {
        part = same_app(all, first);
        append(watch, registry, &part, part.items[0]->record->app, CR_SSE_FOR_TOPIC);
    }
}

static void tell(struct registry *registry, struct registry_now now, void *ctx)
{
    struct eureka_watch *watch = ctx;
    CR_AUTO(selection) selection = {0};
    (void)now;
    if (watch->untold > UNTOLD_MAX || selection_of_changes(registry, watch->told, &selection))
        cr_sse_log_forget(watch->log);
    else if (selection.count > 0)
        tell_selection(watch, registry, &selection);
    watch->told = registry_version(registry);
    watch->untold = 0;
}

static void collect(void *ctx)
{
    struct eureka_watch *watch = ctx;
    eureka_look(watch->server, tell, watch);
}

/* ---- the state ---- */

struct state_look {
    struct eureka_watch *watch;
    struct cr_slice app;
    struct document *document;
    uint64_t sequence;
};

/* Changes that are not told yet are in it, and will be told again: no harm. */
static void look_at_state(struct registry *registry, struct registry_now now, void *ctx)
{
    struct state_look *look = ctx;
    look->sequence = cr_sse_log_sequence(look->watch->log);
    if (look->app.len == 0) {
        look->document = eureka_render_all(registry, CR_WIRE_JSON, now.now_ms);
        return;
    }
    struct registry_app *app = registry_app(registry, look->app);
    look->document = app ? eureka_render_app(app, CR_WIRE_JSON, now.now_ms)
                         : eureka_render_no_app(look->app, CR_WIRE_JSON);
}

static void release_document(void *owner)
{
    document_unref(owner);
}

static int take_state(void *ctx, struct cr_slice topic, struct cr_sse_state *out)
{
    struct eureka_watch *watch = ctx;
    struct state_look look = {.watch = watch, .app = topic};
    eureka_look(watch->server, look_at_state, &look);
    if (!look.document)
        return CR_ENOMEM;
    out->pieces = document_pieces(look.document, &out->count);
    out->sequence = look.sequence;
    out->release = release_document;
    out->owner = look.document;
    return 0;
}

/* ---- metrics ---- */

static void show_watch(struct cr_metrics_view *view, void *ctx)
{
    const struct eureka_watch *watch = ctx;
    struct cr_sse_log_counts counts = cr_sse_log_counts(watch->log);
    const struct cr_metric metrics[] = {
        {CR_METRIC_COUNTER, .name = "crema.registry.watch.events", .labels = "",
         .help = "Events that were appended for those who follow", .value = (double)counts.events},
        {CR_METRIC_COUNTER, .name = "crema.registry.watch.states", .labels = "",
         .help = "Whole states that were sent to them", .value = (double)counts.states},
        {CR_METRIC_COUNTER, .name = "crema.registry.watch.resets", .labels = "",
         .help = "Of those, the ones to a client that could not go on where it was",
         .value = (double)counts.resets},
        {CR_METRIC_GAUGE, .name = "crema.registry.watchers", .labels = "",
         .help = "Clients that follow the changes now", .value = (double)counts.followers},
    };
    for (size_t i = 0; i < CR_COUNT(metrics); i++)
        cr_metrics_show(view, &metrics[i]);
}

/* ---- life ---- */

int eureka_watch_new(struct eureka_server *server, size_t watchers_max,
                     struct eureka_watch **out_watch, struct cr_err *err)
{
    struct eureka_watch *watch = calloc(1, sizeof *watch);
    if (!watch)
        return cr_err_set(err, CR_ENOMEM, "watch: no memory");
    watch->server = server;
    watch->watchers_max = watchers_max;
    watch->told = eureka_counts(server).version;
    const struct cr_sse_log_options options = {
        .epoch = (uint64_t)cr_clock_wall_ms(),
        .followers_max = watchers_max,
        .collect = collect,
        .take_state = take_state,
        .ctx = watch,
    };
    int rc = cr_sse_log_new(&options, &watch->log, err);
    if (rc) {
        free(watch);
        return rc;
    }
    eureka_set_listener(server, on_change, watch);
    *out_watch = watch;
    return cr_metrics_add_collector(show_watch, watch)
               ? cr_err_set(err, CR_ELIMIT, "watch: too many collectors of metrics")
               : 0;
}

void eureka_watch_stop(struct eureka_watch *watch)
{
    eureka_set_listener(watch->server, NULL, NULL);
    cr_sse_log_stop(watch->log);
}

void eureka_watch_free(struct eureka_watch *watch)
{
    if (!watch)
        return;
    cr_metrics_remove_collector(show_watch, watch);
    cr_sse_log_free(watch->log);
    free(watch);
}

void eureka_watch_serve(struct eureka_watch *watch, struct cr_http_request *req,
                        struct cr_slice app)
{
    switch (cr_sse_log_follow(watch->log, req, app)) {
    case 0:
        return;
    case CR_ELIMIT:
        cr_http_answer_header(req, "Retry-After", "5");
        cr_http_problem(req, 503,
                        "%zu watchers follow the registry already (crema.eureka.max-watchers)",
                        watch->watchers_max);
        return;
    case CR_EUNAVAILABLE:
        cr_http_answer_header(req, "Retry-After", "1");
        cr_http_problem(req, 503, "the registry is ending");
        return;
    default:
        cr_http_problem(req, 500, "no memory for a watcher");
    }
}
