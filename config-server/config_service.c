/* config_service: from a checked request to the answer, over the backends and a cache. */
#include "config_service.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "answer_cache.h"
#include "composite.h"
#include "cr_log.h"
#include "cr_metrics.h"
#include "cr_thread.h"
#include "git_pool.h"
#include "native_backend.h"
#include "overrides.h"
#include "parsed_files.h"
#include "pattern_backend.h"

enum {
    BUILD_BYTES_MAX = 64 * 1024 * 1024, /* memory of one answer while it is made */
    ANSWER_BYTES_MAX = 32 * 1024 * 1024,
    CLONE_POLL_MS = 20,
    CHOICES_MAX = 64, /* until one can be read: each that cannot is remembered */
};

struct config_service {
    const struct config_settings *settings;
    const struct cr_log *log;
    struct cr_arena *arena; /* of what lives as long as the service */
    struct backend_settings_list backends;
    struct environment_sources overrides; /* none or one */
    struct git_pool *pool;
    struct composite composite;
    struct answer_cache *answers;
    struct parsed_files *parsed;
    struct cr_counter *from_memory, *from_files, *unreadable;
    struct cr_mutex lock;
    void (*moved)(void *ctx, struct git_backend *backend,
                  const struct git_move *move); /* under lock */
    void *moved_ctx;
};

/* --- an environment --- */

/* What is made of a request's choice of repositories. */
struct making {
    struct config_service *service;
    const struct config_request *request;
    struct composite_choice choice;
    int (*make)(struct making *making, struct cr_err *err);
    void *into;
    int64_t *fetched_wall_ms; /* of what was chosen */
};

/* The operator's own properties go before everything in the files. */
static int put_in_front(const struct environment_sources *front, struct cr_arena *arena,
                        struct environment_sources *sources, struct cr_err *err)
{
    if (front->count == 0)
        return 0;
    size_t count = front->count + sources->count;
    struct cr_wire_source *all = cr_arena_array(arena, count, sizeof(*all));
    if (!all)
        return cr_err_set(err, CR_ENOMEM, "out of memory");
    memcpy(all, front->items, front->count * sizeof(*all));
    if (sources->count > 0)
        memcpy(all + front->count, sources->items, sources->count * sizeof(*all));
    *sources = (struct environment_sources){all, count, sources->own};
    return 0;
}

/* out_own: some of its files are no other application's. */
static int make_environment(const struct making *making, struct cr_arena *arena,
                            struct cr_wire_environment *out_environment, bool *out_own,
                            struct cr_err *err)
{
    struct config_service *service = making->service;
    const struct config_request *request = making->request;
    struct environment_sources sources = {0};
    CR_AUTO(cr_buf) version = {0};
    int rc = composite_build(&service->composite, &making->choice, arena, &sources, err);
    if (rc == CR_EINVAL && err) /* what stands in a file is no fault of the request's */
        rc = err->code = CR_EPARSE;
    *out_own = sources.own;
    if (rc == 0)
        rc = put_in_front(&service->overrides, arena, &sources, err);
    if (rc < 0)
        return rc;
    bool versioned = composite_version(&service->composite, &making->choice, &version);
    const char *kept = cr_arena_slice(arena, cr_buf_view(&version));
    if (!kept)
        return cr_err_set(err, CR_ENOMEM, "out of memory");
    *out_environment = (struct cr_wire_environment){
        .name = request->name,
        .profiles = &request->profiles,
        .profile_count = 1,
        .label = request->label,
        .version = versioned ? cr_slice_of(kept) : (struct cr_slice){0},
        .state = composite_has_state(&service->composite) ? CR_SLICE("") : (struct cr_slice){0},
        .sources = sources.items,
        .source_count = sources.count,
    };
    return 0;
}

static void note_unreadable(const struct making *making, const struct cr_err *err)
{
    const struct config_request *request = making->request;
    const struct config_choice *first = &making->choice.items[0];
    cr_counter_add(making->service->unreadable, 1);
    cr_log_error(making->service->log, "config.unreadable", "%.*s/%.*s at %s: %s",
                 CR_SLICE_ARG(request->name), CR_SLICE_ARG(request->profiles),
                 making->choice.count > 0 ? first->snapshots[0].version : "", err->text);
}

/* Until a choice is found whose files can be read, or that nothing can stand in for. */
static int choose_and_make(struct making *making, struct cr_err *err)
{
    struct composite *composite = &making->service->composite;
    for (int i = 0; i < CHOICES_MAX; i++) {
        int rc = composite_choose(composite, making->request, &making->choice, err);
        if (rc < 0)
            return rc;
        *making->fetched_wall_ms = composite_fetched(&making->choice);
        rc = making->make(making, err);
        if (rc < 0 && rc != CR_ENOTFOUND && rc != CR_EINVAL && rc != CR_ECONFLICT)
            note_unreadable(making, err);
        composite_release(&making->choice);
        if (rc != CR_ECONFLICT)
            return rc;
    }
    return cr_err_set(err, CR_EPARSE, "%s", err ? err->text : "");
}

/* --- a rendered answer --- */

struct rendering {
    const struct config_view_options *options;
    struct cr_buf *out;
    struct config_answer *answer;
};

static void append_request(const struct config_request *request,
                           const struct config_view_options *options, struct cr_buf *out)
{
    config_view_key(options, out);
    cr_buf_char(out, '\0');
    cr_buf_slice(out, request->name);
    cr_buf_char(out, '\0');
    cr_buf_slice(out, request->profiles);
    cr_buf_char(out, '\0');
    if (request->label.ptr) {
        cr_buf_char(out, '\0');
        cr_buf_slice(out, request->label);
    }
}

static int render(const struct making *making, const struct config_view_options *options,
                  struct cr_buf *out, bool *out_own, struct cr_err *err)
{
    CR_AUTO_ARENA arena = cr_arena_new(BUILD_BYTES_MAX);
    struct cr_wire_environment environment = {0};
    if (!arena)
        return cr_err_set(err, CR_ENOMEM, "out of memory");
    int rc = make_environment(making, arena, &environment, out_own, err);
    if (rc == 0 && environment.source_count == 0 && !making->service->settings->accept_empty)
        rc = cr_err_set(err, CR_ENOTFOUND, "application '%.*s' has no configuration",
                        CR_SLICE_ARG(environment.name));
    return rc < 0 ? rc : config_view_render(&environment, options, arena, out, err);
}

static int answer(struct making *making, struct cr_err *err)
{
    struct config_service *service = making->service;
    const struct rendering *rendering = making->into;
    CR_AUTO(cr_buf) key = {0};
    bool kept = composite_key(&making->choice, &key);
    append_request(making->request, rendering->options, &key);
    if (cr_buf_status(&key) < 0)
        return cr_err_set(err, CR_ENOMEM, "out of memory");
    char *tag = rendering->answer->tag;
    if (kept && answer_cache_get(service->answers, cr_buf_view(&key), rendering->out, tag)) {
        cr_counter_add(service->from_memory, 1);
        return 0;
    }
    CR_AUTO(cr_buf) body = {.max = ANSWER_BYTES_MAX};
    bool own = false;
    int rc = render(making, rendering->options, &body, &own, err);
    if (rc < 0)
        return rc;
    cr_counter_add(service->from_files, 1);
    entity_tag_make(cr_slice_of(config_view_type(rendering->options->view)), cr_buf_view(&body),
                    tag);
    const struct answer made = {cr_buf_view(&body), tag, own};
    if (kept)
        answer_cache_put(service->answers, cr_buf_view(&key), &made);
    cr_buf_slice(rendering->out, cr_buf_view(&body));
    return 0;
}

int config_service_answer(struct config_service *service, const struct config_request *request,
                          const struct config_view_options *options, struct cr_buf *out,
                          struct config_answer *out_answer, struct cr_err *err)
{
    struct rendering rendering = {options, out, out_answer};
    struct making making = {.service = service,
                            .request = request,
                            .make = answer,
                            .into = &rendering,
                            .fetched_wall_ms = &out_answer->fetched_wall_ms};
    return choose_and_make(&making, err);
}

/* --- a file --- */

struct fetching {
    struct cr_slice path;
    struct cr_arena *arena;
    struct config_resource *resource;
};

/* The environment is made for each file that is there, so broken configuration shows. An
 * application without any has its files nevertheless. */
static int fetch(struct making *making, struct cr_err *err)
{
    const struct fetching *fetching = making->into;
    bool own;
    struct config_resource *resource = fetching->resource;
    struct composite_file file;
    int rc = composite_find(&making->service->composite, &making->choice, fetching->path,
                            fetching->arena, &file, err);
    if (rc == CR_EINVAL && err) /* a link that leads out */
        rc = err->code = CR_EPARSE;
    if (rc == 0)
        rc = make_environment(making, fetching->arena, &resource->environment, &own, err);
    if (rc == 0) {
        resource->bytes = file.bytes;
        resource->modified_s = file.modified_wall_s;
    }
    return rc;
}

int config_service_resource(struct config_service *service, const struct config_request *request,
                            struct cr_slice path, struct cr_arena *arena,
                            struct config_resource *out_resource, struct cr_err *err)
{
    struct fetching fetching = {path, arena, out_resource};
    struct making making = {.service = service,
                            .request = request,
                            .make = fetch,
                            .into = &fetching,
                            .fetched_wall_ms = &out_resource->fetched_wall_ms};
    return choose_and_make(&making, err);
}

/* --- fetches, and what is known --- */

bool config_service_wait(struct config_service *service, const struct config_request *request,
                         struct config_wait *wait)
{
    const struct composite *composite = &service->composite;
    for (size_t i = 0; i < composite->count; i++) {
        struct config_backend *backend = composite->backends[i];
        if (backend->ops->wait)
            backend->ops->wait(backend, request, wait);
    }
    return config_wait_start(wait);
}

static int are_clones_there(struct config_service *service, struct cr_err *err)
{
    const struct composite *composite = &service->composite;
    int answer = 0;
    for (size_t i = 0; i < composite->count && answer >= 0; i++) {
        struct config_backend *backend = composite->backends[i];
        int rc = backend->ops->is_there ? backend->ops->is_there(backend, err) : 0;
        answer = rc != 0 ? rc : answer;
    }
    return answer;
}

int config_service_await_clones(struct config_service *service, bool (*end_wanted)(void *ctx),
                                void *ctx, struct cr_err *err)
{
    int rc;
    while ((rc = are_clones_there(service, err)) > 0 && !end_wanted(ctx))
        (void)poll(NULL, 0, CLONE_POLL_MS);
    return rc < 0 ? rc : 0;
}

static void refresh_one(void *ctx, struct git_backend *backend)
{
    (void)ctx;
    git_backend_refresh(backend);
}

void config_service_refresh(struct config_service *service)
{
    git_pool_each(service->pool, refresh_one, NULL);
}

void config_service_each(struct config_service *service,
                         void (*visit)(void *ctx, struct git_backend *backend), void *ctx)
{
    git_pool_each(service->pool, visit, ctx);
}

bool config_service_serves(const struct config_service *service, struct git_backend *backend,
                           struct cr_slice application)
{
    const struct composite *composite = &service->composite;
    bool serves = false;
    for (size_t i = 0; i < composite->count && !serves; i++) {
        struct config_backend *kind = composite->backends[i];
        serves = kind->ops->serves && kind->ops->serves(kind, backend, application);
    }
    return serves;
}

const char *config_service_shared_path(const struct config_service *service)
{
    return backend_settings_shared_path(&service->backends);
}

void config_service_state(struct config_service *service, struct config_service_state *out_state)
{
    out_state->cached_answers = answer_cache_count(service->answers);
    out_state->cached_bytes = answer_cache_bytes(service->answers);
}

/* --- life --- */

static void open_counters(struct config_service *service)
{
    static const char name[] = "config.answers", help[] = "Environments that were answered";
    service->from_memory = cr_metrics_counter(name, help, "source=\"memory\"");
    service->from_files = cr_metrics_counter(name, help, "source=\"files\"");
    service->unreadable =
        cr_metrics_counter("config.unreadable", "Environments whose files are broken", NULL);
}

static void tell_move(void *ctx, struct git_backend *backend, const struct git_move *move)
{
    struct config_service *service = ctx;
    CR_LOCKED(&service->lock);
    if (service->moved)
        service->moved(service->moved_ctx, backend, move);
}

void config_service_listen(struct config_service *service,
                           void (*moved)(void *ctx, struct git_backend *backend,
                                         const struct git_move *move),
                           void *ctx)
{
    CR_LOCKED(&service->lock);
    service->moved = moved;
    service->moved_ctx = ctx;
}

static int open_pool(struct config_service *service, const char *home, struct cr_err *err)
{
    const struct git_pool_options options = {
        .home = home,
        .refs_poll_ms = service->settings->refs_poll_ms,
        .fetch_max_ms = service->settings->fetch_max_ms,
        .made_max = (size_t)service->settings->repositories_max,
        .log = service->log,
        .moved = tell_move,
        .ctx = service,
    };
    return git_pool_new(&options, &service->pool, err);
}

static int read_overrides(struct config_service *service, const struct cr_environment *environment,
                          struct cr_err *err)
{
    struct override *items;
    size_t count;
    int rc = config_settings_overrides(environment, service->arena, &items, &count, err);
    if (rc < 0 || count == 0)
        return rc;
    service->overrides.items = cr_arena_array(service->arena, 1, sizeof(struct cr_wire_source));
    if (!service->overrides.items)
        return cr_err_set(err, CR_ENOMEM, "out of memory");
    service->overrides.count = 1;
    return overrides_source(items, count, service->arena, service->overrides.items, err);
}

static int open_backend(struct config_service *service, const struct backend_settings *settings,
                        struct config_backend **out_backend, struct cr_err *err)
{
    const struct pattern_backend_options git = {
        .main = &settings->git.main,
        .others = settings->git.others,
        .other_count = settings->git.other_count,
        .pool = service->pool,
        .log = service->log,
    };
    return settings->is_native
               ? native_backend_open(&settings->native, service->log, out_backend, err)
               : pattern_backend_open(&git, out_backend, err);
}

static int open_backends(struct config_service *service, struct cr_err *err)
{
    const struct config_settings *settings = service->settings;
    const struct composite_options options = {
        .skip_failing = service->backends.count > 1 && !settings->fail_on_composite,
        .reverse_locations = settings->reverse_locations,
        .file_max_bytes = (size_t)settings->file_max_bytes,
        .legacy_profiles = settings->legacy_profiles,
        .parsed = service->parsed,
        .log = service->log,
    };
    int rc = composite_init(&service->composite, &options, err);
    for (size_t i = 0; rc == 0 && i < service->backends.count; i++) {
        struct config_backend *backend = NULL;
        rc = open_backend(service, &service->backends.items[i], &backend, err);
        if (rc == 0)
            rc = composite_add(&service->composite, backend, err);
    }
    return rc;
}

static int open_parts(struct config_service *service, const struct config_service_options *options,
                      struct cr_err *err)
{
    service->arena = cr_arena_new(0);
    service->answers = answer_cache_new((size_t)service->settings->cache_max_bytes);
    service->parsed = parsed_files_new((size_t)service->settings->parsed_max_bytes);
    if (!service->arena || !service->answers || !service->parsed)
        return cr_err_set(err, CR_ENOMEM, "out of memory");
    int rc = config_settings_backends(service->settings, options->environment, service->arena,
                                      &service->backends, err);
    if (rc == 0)
        rc = read_overrides(service, options->environment, err);
    if (rc == 0)
        rc = open_pool(service, options->home, err);
    return rc < 0 ? rc : open_backends(service, err);
}

int config_service_open(const struct config_service_options *options,
                        struct config_service **out_service, struct cr_err *err)
{
    struct config_service *service = calloc(1, sizeof(*service));
    if (!service)
        return cr_err_set(err, CR_ENOMEM, "out of memory");
    service->settings = options->settings;
    service->log = options->log;
    cr_mutex_init(&service->lock);
    open_counters(service);
    int rc = open_parts(service, options, err);
    if (rc < 0) {
        config_service_close(service);
        return rc;
    }
    *out_service = service;
    return 0;
}

void config_service_drain(struct config_service *service)
{
    git_pool_drain(service->pool);
}

void config_service_close(struct config_service *service)
{
    if (!service)
        return;
    composite_fini(&service->composite);
    git_pool_free(service->pool);
    answer_cache_free(service->answers);
    parsed_files_free(service->parsed);
    cr_mutex_fini(&service->lock);
    cr_arena_free(service->arena);
    free(service);
}
