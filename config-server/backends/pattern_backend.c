/* pattern_backend: candidates in order, the first that can be opened and knows the labels. */
#include "pattern_backend.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cr_log.h"
#include "repository_pattern.h"
#include "search_paths.h"
#include "uri_template.h"

/* A candidate's number: the repository, and which of the request's profiles makes its URI. */
enum { NUMBERS_EACH = CONFIG_REQUEST_PROFILES_MAX + 1 };

struct repository {
    const struct git_settings *settings;
    struct config_list patterns, search_paths;
    bool has_placeholder, by_profile;
    _Atomic(struct git_pooled *) fixed; /* once it is open, of one without placeholders */
    atomic_int passed_over;             /* the code of the failure that the log told last */
};

struct pattern_backend {
    struct config_backend base;
    struct git_pool *pool;
    const struct cr_log *log;
    struct cr_arena *arena;
    struct repository *repositories; /* the one without patterns is the last */
    size_t count;
};

static struct pattern_backend *of(struct config_backend *base)
{
    return CR_CONTAINER(base, struct pattern_backend, base);
}

/* --- candidates --- */

struct candidate {
    struct repository *repository;
    struct cr_slice profile; /* for {profile} */
    bool is_last;
};

/* Spring asks for the whole list of profiles where the URI has no placeholder. */
static bool is_meant(const struct repository *repository, const struct config_request *request)
{
    return repository_pattern_is_candidate(&repository->patterns, request) &&
           (repository->has_placeholder ||
            repository_pattern_matches(&repository->patterns, request->name, request->profiles));
}

/* The first candidate from *number on. */
static bool next_candidate(const struct pattern_backend *backend,
                           const struct config_request *request, size_t *number,
                           struct candidate *out_candidate)
{
    size_t last = backend->count - 1;
    for (; *number / NUMBERS_EACH < last; *number = (*number / NUMBERS_EACH + 1) * NUMBERS_EACH) {
        struct repository *repository = &backend->repositories[*number / NUMBERS_EACH];
        size_t back = *number % NUMBERS_EACH, profiles = request->profile_list.count;
        if (back >= (repository->by_profile ? profiles : 1) || !is_meant(repository, request))
            continue;
        struct cr_slice profile = request->profile_list.items[profiles - 1 - back];
        *out_candidate = (struct candidate){repository, profile, false};
        return true;
    }
    *out_candidate = (struct candidate){&backend->repositories[last], request->profiles, true};
    return *number == last * NUMBERS_EACH;
}

static int make_uri(const struct candidate *candidate, const struct config_request *request,
                    struct cr_buf *out, struct cr_err *err)
{
    const struct git_settings *settings = candidate->repository->settings;
    struct uri_values values = {.application = request->name, .profile = candidate->profile};
    values.label = request->label.ptr ? request->label : cr_slice_of(settings->default_label);
    return uri_template_expand(cr_slice_of(settings->uri), &values, out, err);
}

static int acquire_made(struct pattern_backend *backend, const struct candidate *candidate,
                        const struct config_request *request, struct git_pooled **out_pooled,
                        struct cr_err *err)
{
    const struct git_settings *settings = candidate->repository->settings;
    CR_AUTO(cr_buf) uri = {.max = URI_TEMPLATE_BYTES_MAX};
    int rc = make_uri(candidate, request, &uri, err);
    if (rc < 0)
        return rc;
    return git_pool_get(backend->pool, settings, cr_buf_view(&uri), true, out_pooled, err);
}

static int acquire(struct pattern_backend *backend, const struct candidate *candidate,
                   const struct config_request *request, struct git_pooled **out_pooled,
                   struct cr_err *err)
{
    struct repository *repository = candidate->repository;
    if (repository->has_placeholder)
        return acquire_made(backend, candidate, request, out_pooled, err);
    *out_pooled = atomic_load(&repository->fixed);
    if (*out_pooled)
        return 0;
    struct cr_slice uri = cr_slice_of(repository->settings->uri);
    int rc = git_pool_get(backend->pool, repository->settings, uri, false, out_pooled, err);
    if (rc == 0)
        atomic_store(&repository->fixed, *out_pooled); /* and stays held */
    return rc;
}

static void let_go(const struct repository *repository, struct git_pooled *pooled)
{
    if (repository->has_placeholder)
        git_pool_put(pooled);
}

/* --- labels --- */

static int resolve(struct git_backend *git, const struct git_settings *settings,
                   const struct config_request *request, struct config_choice *choice,
                   struct cr_err *err)
{
    struct cr_slice fallback = cr_slice_of(settings->default_label);
    struct config_list labels = request->label_list;
    if (!request->label.ptr)
        labels = (struct config_list){&fallback, 1};
    bool skip = settings->skip_failing_labels && labels.count > 1;
    choice->count = 0;
    for (size_t i = 0; i < labels.count; i++) {
        struct git_repo_id commit;
        int rc = git_backend_resolve(git, labels.items[i], settings->try_master, &commit, err);
        if (rc < 0 && (!skip || rc == CR_EUNAVAILABLE))
            return rc;
        if (rc < 0)
            continue;
        struct config_snapshot *snapshot = &choice->snapshots[choice->count++];
        snapshot->label = labels.items[i];
        memcpy(snapshot->version, commit.hex, sizeof(commit.hex));
    }
    if (choice->count == 0)
        return cr_err_set(err, CR_ENOTFOUND, "label '%.*s': none of them exists",
                          CR_SLICE_ARG(request->label));
    return 0;
}

static int try_candidate(struct pattern_backend *backend, const struct candidate *candidate,
                         const struct config_request *request, struct config_choice *choice,
                         struct cr_err *err)
{
    struct git_pooled *pooled = NULL;
    int rc = acquire(backend, candidate, request, &pooled, err);
    if (rc < 0)
        return rc;
    rc = resolve(pooled->backend, candidate->repository->settings, request, choice, err);
    if (rc < 0)
        let_go(candidate->repository, pooled);
    else
        choice->place = pooled;
    return rc;
}

/* Spring says it at debug; what an administrator should mend is said once here. An unknown label is
 * nothing to mend. */
static void note_passed_over(struct pattern_backend *backend, struct repository *repository,
                             const struct cr_err *err)
{
    bool told = err->code == CR_ENOTFOUND && atomic_load(&repository->fixed);
    if (!told)
        told = atomic_exchange(&repository->passed_over, err->code) == err->code;
    if (told)
        cr_log_debug(backend->log, "config.passed-over", "%s: %s", repository->settings->name,
                     err->text);
    else
        cr_log_warn(backend->log, "config.passed-over", "%s: %s; asking the next repository",
                    repository->settings->name, err->text);
}

static int choose(struct config_backend *base, const struct config_request *request, size_t first,
                  struct config_choice *out_choice, struct cr_err *err)
{
    struct pattern_backend *backend = of(base);
    struct candidate candidate;
    for (size_t number = first; next_candidate(backend, request, &number, &candidate); number++) {
        struct cr_err failure = {0};
        int rc = try_candidate(backend, &candidate, request, out_choice, &failure);
        if (rc == 0) {
            out_choice->backend = base;
            out_choice->candidate = number;
            out_choice->name = candidate.repository->settings->name;
            out_choice->is_last = candidate.is_last;
            return 0;
        }
        if (candidate.is_last)
            return cr_err_set(err, rc, "%s", failure.text);
        note_passed_over(backend, candidate.repository, &failure);
    }
    return cr_err_set(err, CR_ENOTFOUND, "%s: no repository is left to ask", base->name);
}

static void release(struct config_choice *choice)
{
    const struct pattern_backend *backend = of(choice->backend);
    let_go(&backend->repositories[choice->candidate / NUMBERS_EACH], choice->place);
}

/* --- files --- */

struct commit_files {
    struct git_backend *git;
    struct git_repo_id commit;
};

static int read_file(void *ctx, const char *path, struct cr_buf *out, struct cr_err *err)
{
    struct commit_files *files = ctx;
    return git_backend_read(files->git, &files->commit, path, out, err);
}

static int identify(void *ctx, const char *path, char out_id[ENVIRONMENT_FILE_ID_SIZE],
                    struct cr_err *err)
{
    struct commit_files *files = ctx;
    struct git_repo_id blob;
    _Static_assert(sizeof(blob.hex) <= ENVIRONMENT_FILE_ID_SIZE, "a blob's id is a file's");
    int rc = git_backend_identify(files->git, &files->commit, path, &blob, err);
    if (rc == 0)
        memcpy(out_id, blob.hex, sizeof(blob.hex));
    return rc;
}

static int visit_directories(void *ctx, struct cr_slice pattern,
                             int (*visit)(const char *path, void *visit_ctx), void *visit_ctx,
                             struct cr_err *err)
{
    struct commit_files *files = ctx;
    return git_backend_directories(files->git, &files->commit, pattern, visit, visit_ctx, err);
}

/* A blob has no time of its own. */
static int commit_time(void *ctx, const char *path, int64_t *out_wall_s, struct cr_err *err)
{
    struct commit_files *files = ctx;
    (void)path;
    return git_backend_time(files->git, &files->commit, out_wall_s, err);
}

static int look(const struct config_choice *choice, size_t index,
                const struct config_request *request, struct cr_arena *arena,
                struct config_origin *out_origin, struct cr_err *err)
{
    const struct pattern_backend *backend = of(choice->backend);
    const struct git_pooled *pooled = choice->place;
    const struct config_snapshot *snapshot = &choice->snapshots[index];
    struct commit_files *files = cr_arena_alloc(arena, sizeof(*files));
    if (!files)
        return cr_err_set(err, CR_ENOMEM, "out of memory");
    files->git = pooled->backend;
    memcpy(files->commit.hex, snapshot->version, sizeof(files->commit.hex));
    const struct resolver_places places = {
        .search_paths = backend->repositories[choice->candidate / NUMBERS_EACH].search_paths,
        .names = request->name_list,
        .profiles = request->profile_list,
        .label = snapshot->label,
    };
    const struct search_paths_tree tree = {visit_directories, files};
    *out_origin = (struct config_origin){
        .uri = git_backend_uri(pooled->backend),
        .files = {read_file, identify, files},
        .modified = commit_time,
    };
    return search_paths_find(&places, &tree, arena, &out_origin->directories, err);
}

/* --- fetches --- */

static void put_pooled(void *held)
{
    git_pool_put(held);
}

static void put_nothing(void *held)
{
    (void)held;
}

/* Down to the first repository that can be read already: the others only stand in. */
static void wait_for(struct config_backend *base, const struct config_request *request,
                     struct config_wait *wait)
{
    struct pattern_backend *backend = of(base);
    struct candidate candidate;
    for (size_t number = 0; next_candidate(backend, request, &number, &candidate); number++) {
        struct git_pooled *pooled = NULL;
        if (acquire(backend, &candidate, request, &pooled, NULL) < 0)
            continue;
        struct remote *remote = git_backend_remote(pooled->backend);
        bool made = candidate.repository->has_placeholder;
        bool readable = !remote || remote_is_mirrored(remote);
        if (remote)
            config_wait_add(wait, remote, made ? put_pooled : put_nothing, pooled);
        else
            let_go(candidate.repository, pooled);
        if (readable)
            return;
    }
}

static int64_t fetched(const struct config_choice *choice)
{
    const struct git_pooled *pooled = choice->place;
    struct remote *remote = git_backend_remote(pooled->backend);
    return remote ? remote_fetched_wall_ms(remote) : 0;
}

/* --- who is served from where --- */

/* Up to what a profile or a label makes of the URI. */
static bool is_made_for(const struct repository *repository, const char *uri,
                        struct cr_slice application)
{
    CR_AUTO(cr_buf) made = {.max = URI_TEMPLATE_BYTES_MAX};
    const struct uri_values values = {.application = application};
    struct cr_slice start = cr_slice_of(repository->settings->uri);
    static const char *const others[] = {"{profile}", "{label}"};
    bool is_whole = true;
    for (size_t i = 0; i < CR_COUNT(others); i++) {
        ptrdiff_t at = cr_slice_search(start, cr_slice_of(others[i]));
        is_whole = is_whole && at < 0;
        start = at < 0 ? start : cr_slice_sub(start, 0, (size_t)at);
    }
    if (uri_template_expand(start, &values, &made, NULL) < 0)
        return false;
    return is_whole ? cr_slice_is(cr_buf_view(&made), uri)
                    : cr_slice_starts(cr_slice_of(uri), cr_buf_view(&made));
}

static bool serves(struct config_backend *base, struct git_backend *git,
                   struct cr_slice application)
{
    const struct pattern_backend *backend = of(base);
    for (size_t i = 0; i < backend->count; i++) {
        struct repository *repository = &backend->repositories[i];
        struct git_pooled *pooled = atomic_load(&repository->fixed);
        bool is_asked = i == backend->count - 1 ||
                        repository_pattern_may_match(&repository->patterns, application);
        bool is_it = repository->has_placeholder
                         ? is_made_for(repository, git_backend_uri(git), application)
                         : pooled && pooled->backend == git;
        if (is_asked && is_it)
            return true;
    }
    return false;
}

/* --- clones at the start --- */

static int is_there(struct config_backend *base, struct cr_err *err)
{
    struct pattern_backend *backend = of(base);
    int answer = 0;
    for (size_t i = 0; i < backend->count; i++) {
        const struct git_settings *settings = backend->repositories[i].settings;
        struct git_pooled *pooled = atomic_load(&backend->repositories[i].fixed);
        if (!settings->clone_on_start || !pooled || !git_backend_remote(pooled->backend))
            continue;
        int rc = git_backend_is_cloned(pooled->backend, err);
        if (rc < 0 && err) {
            struct cr_err reason = *err;
            return cr_err_set(err, rc, "%sclone-on-start (leave it out to start nevertheless): %s",
                              settings->key, reason.text);
        }
        if (rc != 0)
            answer = rc;
    }
    return answer;
}

/* --- life --- */

static int copy_list(const struct cr_setting_list *list, struct cr_arena *arena,
                     struct config_list *out_list, struct cr_err *err)
{
    struct cr_slice *items = cr_arena_array(arena, list->count + 1, sizeof(*items));
    if (!items)
        return cr_err_set(err, CR_ENOMEM, "out of memory");
    for (size_t i = 0; i < list->count; i++)
        items[i] = cr_slice_of(list->items[i]);
    *out_list = (struct config_list){items, list->count};
    return 0;
}

static int fill_repository(struct pattern_backend *backend, struct repository *repository,
                           const struct git_settings *settings, struct cr_err *err)
{
    struct cr_slice uri = cr_slice_of(settings->uri);
    repository->settings = settings;
    repository->has_placeholder = uri_template_has_placeholder(uri);
    repository->by_profile = cr_slice_search(uri, CR_SLICE("{profile}")) >= 0;
    atomic_init(&repository->fixed, NULL);
    atomic_init(&repository->passed_over, 0);
    int rc = copy_list(&settings->search_paths, backend->arena, &repository->search_paths, err);
    if (rc == 0)
        rc = copy_list(&settings->patterns, backend->arena, &repository->patterns, err);
    return rc;
}

/* At the start, so that what is wrong shows then; one with patterns may come later. The one without
 * goes first: of two that share a repository its label is the one that health tells. */
static int open_fixed(struct pattern_backend *backend, struct cr_err *err)
{
    static const struct config_request nobody;
    for (size_t i = backend->count; i-- > 0;) {
        struct candidate candidate = {.repository = &backend->repositories[i]};
        struct git_pooled *pooled;
        struct cr_err failure = {0};
        int rc = candidate.repository->has_placeholder
                     ? 0
                     : acquire(backend, &candidate, &nobody, &pooled, &failure);
        if (rc == 0)
            continue;
        if (i == backend->count - 1 || candidate.repository->settings->clone_on_start)
            return cr_err_set(err, rc, "%s", failure.text);
        note_passed_over(backend, candidate.repository, &failure);
    }
    return 0;
}

static int open_parts(struct pattern_backend *backend,
                      const struct pattern_backend_options *options, struct cr_err *err)
{
    backend->arena = cr_arena_new(0);
    backend->count = options->other_count + 1;
    if (backend->arena)
        backend->repositories =
            cr_arena_array(backend->arena, backend->count, sizeof(*backend->repositories));
    if (!backend->repositories)
        return cr_err_set(err, CR_ENOMEM, "out of memory");
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < backend->count; i++)
        rc = fill_repository(backend, &backend->repositories[i],
                             i < options->other_count ? &options->others[i] : options->main, err);
    return rc < 0 ? rc : open_fixed(backend, err);
}

static void close_backend(struct config_backend *base)
{
    struct pattern_backend *backend = of(base);
    cr_arena_free(backend->arena);
    free(backend);
}

int pattern_backend_open(const struct pattern_backend_options *options,
                         struct config_backend **out_backend, struct cr_err *err)
{
    static const struct config_backend_ops ops = {choose,  release,  look,   wait_for,
                                                  fetched, is_there, serves, close_backend};
    struct pattern_backend *backend = calloc(1, sizeof(*backend));
    if (!backend)
        return cr_err_set(err, CR_ENOMEM, "out of memory");
    backend->base =
        (struct config_backend){.ops = &ops, .name = options->main->name, .versioned = true};
    backend->pool = options->pool;
    backend->log = options->log;
    int rc = open_parts(backend, options, err);
    if (rc < 0)
        close_backend(&backend->base);
    else
        *out_backend = &backend->base;
    return rc;
}
