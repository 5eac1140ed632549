/* config_service: from a checked request to the document, over labels, commits and two caches. */
#include "config_service.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "answer_cache.h"
#include "cr_clock.h"
#include "cr_file.h"
#include "cr_log.h"
#include "cr_metrics.h"
#include "environment.h"
#include "git_repo.h"
#include "label_cache.h"
#include "ref_watch.h"
#include "repository_uri.h"

#define GIT "spring.cloud.config.server.git."

enum {
    BUILD_BYTES_MAX = 64 * 1024 * 1024, /* memory of one answer while it is made */
    ANSWER_BYTES_MAX = 32 * 1024 * 1024,
    CONFIG_PATH_BYTES = 4096,
};

struct config_service {
    const struct config_settings *settings;
    const struct cr_log *log;
    struct cr_arena *arena; /* of what lives as long as the service */
    struct repository_uri uri;
    struct config_list search_paths;
    struct git_repo *repo;
    struct label_cache labels;
    struct answer_cache *answers;
    struct ref_watch watch; /* of a local repository */
    struct remote *remote;  /* NULL: it is a local one */
    char mirror[CONFIG_PATH_BYTES];
    struct cr_counter *from_memory, *from_files, *unreadable;
    struct cr_mutex lock;
    struct config_service_state state; /* under lock */
};

/* The commits of one request, in the order of its labels. */
struct resolved {
    struct cr_slice label;
    struct git_repo_id commit;
};
struct resolution {
    struct resolved items[CONFIG_REQUEST_LABELS_MAX];
    size_t count;
};

const char *config_service_uri(const struct config_service *service)
{
    return service->uri.shown;
}

const char *config_service_default_label(const struct config_service *service)
{
    return config_settings_default_label(service->settings);
}

/* --- labels --- */

static int resolve(struct config_service *service, struct cr_slice label,
                   struct git_repo_id *out_commit, struct cr_err *err)
{
    uint64_t generation;
    if (label_cache_get(&service->labels, label, out_commit, &generation))
        return 0;
    int rc = git_repo_resolve(service->repo, label, out_commit, err);
    if (rc < 0 && service->settings->try_master_branch && cr_slice_is(label, "main") &&
        git_repo_resolve(service->repo, CR_SLICE("master"), out_commit, NULL) == 0)
        rc = 0;
    if (rc == 0)
        label_cache_put(&service->labels, label, out_commit, generation);
    return rc;
}

static int resolve_all(struct config_service *service, const struct config_request *request,
                       struct resolution *out, struct cr_err *err)
{
    struct cr_slice fallback = cr_slice_of(config_service_default_label(service));
    struct config_list labels = request->label_list;
    if (!request->label.ptr)
        labels = (struct config_list){&fallback, 1};
    bool skip = service->settings->skip_failing_labels && labels.count > 1;
    out->count = 0;
    for (size_t i = 0; i < labels.count; i++) {
        struct resolved *item = &out->items[out->count];
        int rc = resolve(service, labels.items[i], &item->commit, err);
        if (rc < 0 && (!skip || rc == CR_EUNAVAILABLE))
            return rc;
        if (rc < 0)
            continue;
        item->label = labels.items[i];
        out->count++;
    }
    if (out->count == 0)
        return cr_err_set(err, CR_ENOTFOUND, "label '%.*s': none of them exists",
                          CR_SLICE_ARG(request->label));
    return 0;
}

/* --- building --- */

struct commit_files {
    struct git_repo *repo;
    const struct git_repo_id *commit;
};

static int read_file(void *ctx, const char *path, struct cr_buf *out, struct cr_err *err)
{
    const struct commit_files *files = ctx;
    return git_repo_read(files->repo, files->commit, path, out, err);
}

static int visit_directories(void *ctx, int (*visit)(const char *path, void *visit_ctx),
                             void *visit_ctx, struct cr_err *err)
{
    const struct commit_files *files = ctx;
    return git_repo_directories(files->repo, files->commit, visit, visit_ctx, err);
}

/* The sources of one label, put in front of those that are there. */
static int build_label(struct config_service *service, const struct config_request *request,
                       const struct resolved *resolved, struct cr_arena *arena,
                       struct environment_sources *sources, struct cr_err *err)
{
    struct environment_options options = {
        .uri = service->uri.shown,
        .search_paths = service->search_paths,
        .file_max_bytes = (size_t)service->settings->file_max_bytes,
        .legacy_profiles = service->settings->legacy_profiles,
    };
    struct commit_files commit = {service->repo, &resolved->commit};
    struct environment_files files = {read_file, visit_directories, &commit, resolved->label};
    struct environment_sources found = {0};
    int rc = environment_build(&options, &files, request, arena, &found, err);
    if (rc < 0 || sources->count == 0) {
        if (rc == 0)
            *sources = found;
        return rc;
    }
    size_t count = found.count + sources->count;
    struct cr_wire_source *all = cr_arena_array(arena, count, sizeof(*all));
    if (!all)
        return cr_err_set(err, CR_ENOMEM, "out of memory");
    memcpy(all, found.items, found.count * sizeof(*all));
    memcpy(all + found.count, sources->items, sources->count * sizeof(*all));
    *sources = (struct environment_sources){all, count};
    return 0;
}

static int build_sources(struct config_service *service, const struct config_request *request,
                         const struct resolution *resolution, struct cr_arena *arena,
                         struct environment_sources *out_sources, struct cr_err *err)
{
    struct environment_sources sources = {0};
    for (size_t i = 0; i < resolution->count; i++) {
        int rc = build_label(service, request, &resolution->items[i], arena, &sources, err);
        if (rc < 0)
            return rc;
    }
    if (sources.count == 0 && !service->settings->accept_empty)
        return cr_err_set(err, CR_ENOTFOUND, "application '%.*s' has no configuration",
                          CR_SLICE_ARG(request->name));
    *out_sources = sources;
    return 0;
}

static void append_versions(const struct resolution *resolution, struct cr_buf *out)
{
    for (size_t i = 0; i < resolution->count; i++) {
        if (i > 0)
            cr_buf_char(out, ',');
        cr_buf_text(out, resolution->items[i].commit.hex);
    }
}

static int render(struct config_service *service, const struct config_request *request,
                  const struct resolution *resolution, const struct config_view_options *options,
                  struct cr_buf *out, struct cr_err *err)
{
    CR_AUTO_ARENA arena = cr_arena_new(BUILD_BYTES_MAX);
    CR_AUTO(cr_buf) version = {0};
    struct environment_sources sources = {0};
    if (!arena)
        return cr_err_set(err, CR_ENOMEM, "out of memory");
    int rc = build_sources(service, request, resolution, arena, &sources, err);
    if (rc == CR_EINVAL && err) /* what stands in a file is no fault of the request's */
        rc = err->code = CR_EPARSE;
    if (rc < 0)
        return rc;
    append_versions(resolution, &version);
    struct cr_wire_environment environment = {
        .name = request->name,
        .profiles = &request->profiles,
        .profile_count = 1,
        .label = request->label,
        .version = cr_buf_view(&version),
        .state = CR_SLICE(""),
        .sources = sources.items,
        .source_count = sources.count,
    };
    return config_view_render(&environment, options, arena, out, err);
}

/* Zero bytes separate: no part of a checked request has one. */
static void append_key(const struct config_request *request, const struct resolution *resolution,
                       const struct config_view_options *options, struct cr_buf *out)
{
    append_versions(resolution, out);
    cr_buf_char(out, '\0');
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

/* Says more than that the mirror is not there. */
static int never_fetched(struct config_service *service, struct cr_err *err)
{
    struct remote_state state;
    remote_state(service->remote, &state);
    if (!state.problem[0])
        return cr_err_set(err, CR_EUNAVAILABLE, "'%s' is being fetched for the first time",
                          service->uri.shown);
    return cr_err_set(err, CR_EUNAVAILABLE, "'%s' was never fetched: %s", service->uri.shown,
                      state.problem);
}

static void note_unreadable(struct config_service *service, const struct config_request *request,
                            const struct git_repo_id *commit, const struct cr_err *err)
{
    cr_counter_add(service->unreadable, 1);
    cr_log_error(service->log, "config.unreadable", "%.*s/%.*s at %s: %s",
                 CR_SLICE_ARG(request->name), CR_SLICE_ARG(request->profiles), commit->hex,
                 err->text);
    if (err->code == CR_EIO && service->remote)
        remote_damaged(service->remote);
}

bool config_service_wait(struct config_service *service, struct remote_wait *wait)
{
    return service->remote && remote_wait(service->remote, wait);
}

int config_service_answer(struct config_service *service, const struct config_request *request,
                          const struct config_view_options *options, struct cr_buf *out,
                          struct cr_err *err)
{
    struct resolution resolution;
    int rc = resolve_all(service, request, &resolution, err);
    if (rc < 0)
        return rc == CR_EUNAVAILABLE && service->remote ? never_fetched(service, err) : rc;
    CR_AUTO(cr_buf) key = {0};
    append_key(request, &resolution, options, &key);
    if (cr_buf_status(&key) < 0)
        return cr_err_set(err, CR_ENOMEM, "out of memory");
    if (answer_cache_get(service->answers, cr_buf_view(&key), out)) {
        cr_counter_add(service->from_memory, 1);
        return 0;
    }
    CR_AUTO(cr_buf) body = {.max = ANSWER_BYTES_MAX};
    rc = render(service, request, &resolution, options, &body, err);
    if (rc == CR_EIO && git_repo_reopen(service->repo, NULL) == 0) {
        /* Objects move to another file when a repository is packed. */
        cr_buf_reset(&body);
        rc = render(service, request, &resolution, options, &body, err);
    }
    if (rc < 0 && rc != CR_ENOTFOUND && rc != CR_EINVAL)
        note_unreadable(service, request, &resolution.items[0].commit, err);
    if (rc < 0)
        return rc;
    cr_counter_add(service->from_files, 1);
    answer_cache_put(service->answers, cr_buf_view(&key), cr_buf_view(&body));
    cr_buf_slice(out, cr_buf_view(&body));
    return 0;
}

/* --- what is known --- */

static void note_state(struct config_service *service, const struct git_repo_id *commit,
                       const char *problem)
{
    CR_LOCKED(&service->lock);
    struct config_service_state *state = &service->state;
    const char *version = commit ? commit->hex : state->version;
    if (strcmp(state->version, version) == 0 && strcmp(state->problem, problem) == 0)
        return;
    if (*problem)
        cr_log_warn(service->log, "config.repository", "%s; serving what is known", problem);
    else
        cr_log_info(service->log, "config.version", "%s is at %s",
                    config_service_default_label(service), version);
    if (commit)
        memcpy(state->version, commit->hex, sizeof(commit->hex));
    (void)snprintf(state->problem, sizeof(state->problem), "%s", problem);
    state->since_wall_ms = cr_clock_wall_ms();
}

static void look_at_default_label(struct config_service *service)
{
    struct git_repo_id commit;
    struct cr_err err = {0};
    int rc = resolve(service, cr_slice_of(config_service_default_label(service)), &commit, &err);
    note_state(service, rc == 0 ? &commit : NULL, rc == 0 ? "" : err.text);
}

static void refs_moved(void *ctx)
{
    struct config_service *service = ctx;
    struct cr_err err = {0};
    if (git_repo_reopen(service->repo, &err) < 0) {
        note_state(service, NULL, err.text);
        return;
    }
    label_cache_clear(&service->labels);
    look_at_default_label(service);
}

void config_service_refresh(struct config_service *service)
{
    if (service->remote)
        remote_refresh(service->remote);
    else
        refs_moved(service);
}

void config_service_state(struct config_service *service, struct config_service_state *out_state)
{
    cr_mutex_lock(&service->lock);
    *out_state = service->state;
    cr_mutex_unlock(&service->lock);
    out_state->cached_answers = answer_cache_count(service->answers);
    out_state->cached_bytes = answer_cache_bytes(service->answers);
    out_state->is_remote = service->remote != NULL;
    if (service->remote)
        remote_state(service->remote, &out_state->remote);
}

/* --- life --- */

static int copy_settings(struct config_service *service, struct cr_err *err)
{
    const struct cr_setting_list *paths = &service->settings->search_paths;
    int rc = repository_uri_parse(cr_slice_of(service->settings->uri), service->arena,
                                  &service->uri, err);
    if (rc < 0)
        return rc;
    struct cr_slice *items = cr_arena_array(service->arena, paths->count + 1, sizeof(*items));
    if (!items)
        return cr_err_set(err, CR_ENOMEM, "out of memory");
    for (size_t i = 0; i < paths->count; i++)
        items[i] = cr_slice_of(paths->items[i]);
    service->search_paths = (struct config_list){items, paths->count};
    return 0;
}

static void open_counters(struct config_service *service)
{
    static const char name[] = "config.answers", help[] = "Environments that were answered";
    service->from_memory = cr_metrics_counter(name, help, "source=\"memory\"");
    service->from_files = cr_metrics_counter(name, help, "source=\"files\"");
    service->unreadable =
        cr_metrics_counter("config.unreadable", "Environments whose files are broken", NULL);
}

/* Where the mirror stands, or will stand. */
static int place_mirror(struct config_service *service, const char *home, struct cr_err *err)
{
    const char *base = service->settings->basedir, *key = base && *base ? GIT "basedir: " : "";
    char folder[CONFIG_PATH_BYTES];
    int len = base && *base ? snprintf(folder, sizeof(folder), "%s", base)
                            : snprintf(folder, sizeof(folder), "%s/data/config", home);
    if (len >= (int)sizeof(folder) ||
        snprintf(service->mirror, sizeof(service->mirror), "%s/%s", folder,
                 service->uri.mirror_name) >= (int)sizeof(service->mirror))
        return cr_err_set(err, CR_EINVAL, "%s'%s' is too long", key, folder);
    int rc = cr_file_make_dirs(folder, 0700, err);
    if (rc == 0 && access(folder, W_OK) < 0)
        rc = cr_err_errno(err, CR_EIO, errno, "'%s'", folder);
    if (rc < 0)
        (void)cr_err_prefix(err, "%sthere is no place for the mirror: ", key);
    return rc < 0 && *key ? CR_EINVAL : rc;
}

static int open_local(struct config_service *service, struct cr_err *err)
{
    int rc = git_repo_open(service->uri.directory, &service->repo, err);
    if (rc < 0)
        return rc;
    look_at_default_label(service);
    return ref_watch_start(&service->watch, git_repo_directory(service->repo),
                           service->settings->refs_poll_ms, refs_moved, service, err);
}

static int open_remote(struct config_service *service, const char *home, struct cr_err *err)
{
    const struct config_settings *settings = service->settings;
    bool has_user = settings->username && *settings->username;
    int rc = place_mirror(service, home, err);
    if (rc == 0)
        rc = git_repo_expect(service->mirror, &service->repo, err);
    if (rc < 0)
        return rc;
    bool mirrored = git_repo_reopen(service->repo, NULL) == 0;
    if (mirrored)
        look_at_default_label(service);
    const struct remote_options options = {
        .url = service->uri.shown,
        .username = has_user ? settings->username : service->uri.username,
        .password = has_user ? settings->password : service->uri.password,
        .skip_ssl_validation = settings->skip_ssl_validation,
        .mirror = service->mirror,
        .mirrored = mirrored,
        .refresh_ms = settings->refresh_rate_s * 1000,
        .timeout_ms = settings->timeout_s * 1000,
        .fetch_max_ms = settings->fetch_max_ms,
        .log = service->log,
        .changed = refs_moved,
        .ctx = service,
    };
    return remote_start(&options, &service->remote, err);
}

static int open_parts(struct config_service *service, const char *home, struct cr_err *err)
{
    int rc = copy_settings(service, err);
    if (rc == 0)
        rc = label_cache_init(&service->labels, err);
    if (rc < 0)
        return rc;
    service->answers = answer_cache_new((size_t)service->settings->cache_max_bytes);
    if (!service->answers)
        return cr_err_set(err, CR_ENOMEM, "out of memory");
    return service->uri.directory ? open_local(service, err) : open_remote(service, home, err);
}

int config_service_open(const struct config_settings *settings, const char *home,
                        const struct cr_log *log, struct config_service **out_service,
                        struct cr_err *err)
{
    struct config_service *service = calloc(1, sizeof(*service));
    if (!service)
        return cr_err_set(err, CR_ENOMEM, "out of memory");
    service->settings = settings;
    service->log = log;
    service->arena = cr_arena_new(0);
    open_counters(service);
    cr_mutex_init(&service->lock);
    int rc = service->arena ? open_parts(service, home, err)
                            : cr_err_set(err, CR_ENOMEM, "out of memory");
    if (rc < 0) {
        config_service_close(service);
        return rc;
    }
    *out_service = service;
    return 0;
}

void config_service_drain(struct config_service *service)
{
    if (service->remote)
        remote_drain(service->remote);
}

void config_service_close(struct config_service *service)
{
    if (!service)
        return;
    ref_watch_stop(&service->watch);
    remote_stop(service->remote);
    answer_cache_free(service->answers);
    label_cache_fini(&service->labels);
    git_repo_close(service->repo);
    cr_mutex_fini(&service->lock);
    cr_arena_free(service->arena);
    free(service);
}
