/* composite: choices of several backends, and what is made of them together. */
#include "composite.h"

#include <string.h>

#include "answer_cache.h"
#include "cr_log.h"
#include "resource_name.h"

enum { BROKEN_BYTES_MAX = 64 * 1024, RESOURCE_BYTES_MAX = 32 * 1024 * 1024 };

int composite_init(struct composite *composite, const struct composite_options *options,
                   struct cr_err *err)
{
    *composite = (struct composite){.options = *options};
    composite->broken = answer_cache_new(BROKEN_BYTES_MAX);
    return composite->broken ? 0 : cr_err_set(err, CR_ENOMEM, "out of memory");
}

int composite_add(struct composite *composite, struct config_backend *backend, struct cr_err *err)
{
    if (composite->count == COMPOSITE_BACKENDS_MAX) {
        backend->ops->close(backend);
        return cr_err_set(err, CR_EINVAL, "more than %d backends: leave some out",
                          COMPOSITE_BACKENDS_MAX);
    }
    composite->backends[composite->count++] = backend;
    return 0;
}

void composite_fini(struct composite *composite)
{
    for (size_t i = 0; i < composite->count; i++)
        composite->backends[i]->ops->close(composite->backends[i]);
    answer_cache_free(composite->broken);
    *composite = (struct composite){0};
}

/* --- choices --- */

/* Zero bytes separate: no part of a checked request has one. */
static void append_choice(const struct config_choice *choice, struct cr_buf *out)
{
    cr_buf_text(out, choice->backend->name);
    cr_buf_char(out, '\0');
    cr_buf_int(out, (int64_t)choice->candidate);
    for (size_t i = 0; i < choice->count; i++) {
        cr_buf_char(out, '\0');
        cr_buf_slice(out, choice->snapshots[i].label);
        cr_buf_char(out, '\0');
        cr_buf_text(out, choice->snapshots[i].version);
    }
    cr_buf_char(out, '\n');
}

static void append_broken_key(const struct config_choice *choice,
                              const struct config_request *request, struct cr_buf *out)
{
    append_choice(choice, out);
    cr_buf_slice(out, request->name);
    cr_buf_char(out, '\0');
    cr_buf_slice(out, request->profiles);
}

static bool is_broken(struct composite *composite, const struct config_choice *choice,
                      const struct config_request *request)
{
    CR_AUTO(cr_buf) key = {0}, nothing = {0};
    if (answer_cache_count(composite->broken) == 0)
        return false;
    append_broken_key(choice, request, &key);
    return cr_buf_status(&key) == 0 &&
           answer_cache_get(composite->broken, cr_buf_view(&key), &nothing, NULL);
}

/* The first candidate of one backend whose files are not known to be broken. */
static int choose_one(struct composite *composite, struct config_backend *backend,
                      const struct config_request *request, struct config_choice *out_choice,
                      struct cr_err *err)
{
    size_t first = 0;
    for (;;) {
        int rc = backend->ops->choose(backend, request, first, out_choice, err);
        if (rc < 0)
            return rc;
        bool stands_alone = out_choice->is_last && !composite->options.skip_failing;
        if (stands_alone || !is_broken(composite, out_choice, request))
            return 0;
        first = out_choice->candidate + 1;
        backend->ops->release(out_choice);
    }
}

int composite_choose(struct composite *composite, const struct config_request *request,
                     struct composite_choice *out_choice, struct cr_err *err)
{
    out_choice->request = request;
    out_choice->count = 0;
    for (size_t i = 0; i < composite->count; i++) {
        struct cr_err failure = {0};
        int rc = choose_one(composite, composite->backends[i], request,
                            &out_choice->items[out_choice->count], &failure);
        if (rc == 0) {
            out_choice->count++;
        } else if (composite->options.skip_failing) {
            cr_log_debug(composite->options.log, "config.left-out", "%s: %s",
                         composite->backends[i]->name, failure.text);
        } else {
            composite_release(out_choice);
            return cr_err_set(err, rc, "%s", failure.text);
        }
    }
    return 0;
}

void composite_release(struct composite_choice *choice)
{
    for (size_t i = 0; i < choice->count; i++)
        choice->items[i].backend->ops->release(&choice->items[i]);
    choice->count = 0;
}

bool composite_key(const struct composite_choice *choice, struct cr_buf *out)
{
    for (size_t i = 0; i < choice->count; i++) {
        if (!choice->items[i].backend->versioned)
            return false;
        append_choice(&choice->items[i], out);
    }
    return true;
}

bool composite_version(const struct composite *composite, const struct composite_choice *choice,
                       struct cr_buf *out)
{
    if (composite->count != 1 || choice->count != 1)
        return false;
    const struct config_choice *only = &choice->items[0];
    for (size_t i = 0; i < only->count; i++) {
        if (i > 0)
            cr_buf_char(out, ',');
        cr_buf_text(out, only->snapshots[i].version);
    }
    return only->count > 0 && only->snapshots[0].version[0];
}

bool composite_has_state(const struct composite *composite)
{
    return composite->count == 1 && composite->backends[0]->versioned;
}

int64_t composite_fetched(const struct composite_choice *choice)
{
    int64_t oldest_ms = 0;
    for (size_t i = 0; i < choice->count; i++) {
        const struct config_choice *item = &choice->items[i];
        int64_t wall_ms = item->backend->ops->fetched ? item->backend->ops->fetched(item) : 0;
        if (wall_ms > 0 && (oldest_ms == 0 || wall_ms < oldest_ms))
            oldest_ms = wall_ms;
    }
    return oldest_ms;
}

/* --- sources --- */

static int append_sources(struct environment_sources *sources,
                          const struct environment_sources *found, struct cr_arena *arena,
                          struct cr_err *err)
{
    size_t count = found->count + sources->count;
    if (count > CR_WIRE_ENVIRONMENT_SOURCES_MAX)
        return cr_err_set(err, CR_ELIMIT, "more than %d property sources",
                          CR_WIRE_ENVIRONMENT_SOURCES_MAX);
    struct cr_wire_source *all = cr_arena_array(arena, count + 1, sizeof(*all));
    if (!all)
        return cr_err_set(err, CR_ENOMEM, "out of memory");
    if (sources->count > 0)
        memcpy(all, sources->items, sources->count * sizeof(*all));
    if (found->count > 0)
        memcpy(all + sources->count, found->items, found->count * sizeof(*all));
    *sources = (struct environment_sources){all, count, sources->own || found->own};
    return 0;
}

/* The last label is the strongest. */
static int build_one(const struct composite *composite, const struct config_choice *choice,
                     const struct config_request *request, struct cr_arena *arena,
                     struct environment_sources *sources, struct cr_err *err)
{
    for (size_t i = choice->count; i-- > 0;) {
        struct config_origin origin;
        struct environment_sources found = {0};
        int rc = choice->backend->ops->look(choice, i, request, arena, &origin, err);
        if (rc < 0)
            return rc;
        const struct environment_options options = {
            .uri = origin.uri,
            .directories = origin.directories,
            .file_max_bytes = composite->options.file_max_bytes,
            .legacy_profiles = composite->options.legacy_profiles,
            .parsed = composite->options.parsed,
        };
        rc = environment_build(&options, &origin.files, request, arena, &found, err);
        if (rc == 0)
            rc = append_sources(sources, &found, arena, err);
        if (rc < 0)
            return rc;
    }
    return 0;
}

/* What an administrator should mend is said once: as long as it is remembered, nobody comes here
 * again. What has no version is looked at each time, and said at debug. */
static int note_broken(struct composite *composite, const struct config_choice *choice,
                       const struct config_request *request, const struct cr_err *failure)
{
    CR_AUTO(cr_buf) key = {0};
    if (!choice->backend->versioned) {
        cr_log_debug(composite->options.log, "config.left-out", "%s: %s", choice->name,
                     failure->text);
        return 0;
    }
    append_broken_key(choice, request, &key);
    if (cr_buf_status(&key) < 0)
        return CR_ENOMEM;
    answer_cache_put(composite->broken, cr_buf_view(&key), &(struct answer){.stays = true});
    cr_log_warn(composite->options.log, "config.passed-over", "%s: %s; asking the next repository",
                choice->name, failure->text);
    return CR_ECONFLICT;
}

int composite_build(struct composite *composite, const struct composite_choice *choice,
                    struct cr_arena *arena, struct environment_sources *out_sources,
                    struct cr_err *err)
{
    struct environment_sources sources = {0};
    for (size_t i = 0; i < choice->count; i++) {
        const struct config_choice *item = &choice->items[i];
        const struct environment_sources before = sources;
        struct cr_err failure = {0};
        int rc = build_one(composite, item, choice->request, arena, &sources, &failure);
        if (rc < 0 && (!item->is_last || composite->options.skip_failing)) {
            sources = before;
            rc = note_broken(composite, item, choice->request, &failure);
        }
        if (rc < 0)
            return cr_err_set(err, rc, "%s", failure.text);
    }
    *out_sources = sources;
    return 0;
}

/* --- files --- */

struct finder {
    const struct config_request *request;
    struct cr_slice path;
    struct cr_arena *arena;
    struct composite_file *file;
    struct cr_err *err;
};

static int take(const struct finder *finder, const struct config_origin *origin, const char *path)
{
    CR_AUTO(cr_buf) bytes = {.max = RESOURCE_BYTES_MAX};
    int rc = origin->files.read(origin->files.ctx, path, &bytes, finder->err);
    if (rc == 0)
        rc = origin->modified(origin->files.ctx, path, &finder->file->modified_wall_s, finder->err);
    if (rc < 0)
        return rc;
    char *kept = cr_arena_slice(finder->arena, cr_buf_view(&bytes));
    finder->file->bytes = (struct cr_slice){kept, bytes.len};
    return kept ? 0 : cr_err_set(finder->err, CR_ENOMEM, "out of memory");
}

static int find_in_directory(const struct finder *finder, const struct config_origin *origin,
                             struct cr_slice directory)
{
    size_t profiles = finder->request->profile_list.count;
    for (size_t i = 0; i <= profiles; i++) {
        struct cr_slice profile = {0};
        if (i < profiles && !cr_slice_is(finder->request->profile_list.items[i], "default"))
            profile = finder->request->profile_list.items[i];
        const char *path = resource_name(directory, finder->path, profile, finder->arena);
        int rc =
            path ? take(finder, origin, path) : cr_err_set(finder->err, CR_ENOMEM, "out of memory");
        if (rc != CR_ENOTFOUND)
            return rc;
    }
    return CR_ENOTFOUND;
}

static int find_in_origin(const struct composite *composite, const struct finder *finder,
                          const struct config_origin *origin)
{
    size_t count = origin->directories.count;
    for (size_t i = 0; i < count; i++) {
        size_t at = composite->options.reverse_locations ? count - 1 - i : i;
        int rc = find_in_directory(finder, origin, origin->directories.items[at]);
        if (rc != CR_ENOTFOUND)
            return rc;
    }
    return CR_ENOTFOUND;
}

int composite_find(struct composite *composite, const struct composite_choice *choice,
                   struct cr_slice path, struct cr_arena *arena, struct composite_file *out_file,
                   struct cr_err *err)
{
    const struct finder finder = {choice->request, path, arena, out_file, err};
    if (!resource_name_is_allowed(path))
        return cr_err_set(err, CR_ENOTFOUND, "'%.*s' is not served", CR_SLICE_ARG(path));
    for (size_t i = 0; i < choice->count; i++) {
        const struct config_choice *item = &choice->items[i];
        for (size_t k = item->count; k-- > 0;) {
            struct config_origin origin;
            int rc = item->backend->ops->look(item, k, choice->request, arena, &origin, err);
            if (rc == 0)
                rc = find_in_origin(composite, &finder, &origin);
            if (rc != CR_ENOTFOUND)
                return rc;
        }
    }
    return cr_err_set(err, CR_ENOTFOUND, "'%.*s': no such file", CR_SLICE_ARG(path));
}
