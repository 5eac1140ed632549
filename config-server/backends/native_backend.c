/* native_backend: locations to directories, files by native_files. */
#include "native_backend.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cr_log.h"
#include "native_files.h"
#include "resolver.h"

struct native_backend {
    struct config_backend base;
    struct cr_arena *arena;
    struct native_places places;
};

static struct native_backend *of(struct config_backend *base)
{
    return CR_CONTAINER(base, struct native_backend, base);
}

/* --- directories --- */

struct listing {
    struct cr_slice *items;
    size_t count;
    struct cr_arena *arena;
    struct cr_err *err;
};

static int add(struct listing *listing, const char *path)
{
    if (!path)
        return cr_err_set(listing->err, CR_ENOMEM, "out of memory");
    for (size_t i = 0; i < listing->count; i++) {
        if (cr_slice_is(listing->items[i], path))
            return 0;
    }
    if (listing->count == RESOLVER_DIRECTORIES_MAX)
        return cr_err_set(listing->err, CR_ELIMIT, "more than %d search locations",
                          RESOLVER_DIRECTORIES_MAX);
    listing->items[listing->count++] = cr_slice_of(path);
    return 0;
}

/* One location for each profile and application that it asks for. */
static int add_location(struct listing *listing, const struct native_location *location,
                        const struct config_request *request, struct cr_slice label)
{
    const struct resolver_places places = {
        .search_paths = {&location->below, 1},
        .names = request->name_list,
        .profiles = request->profile_list,
        .label = label,
    };
    struct config_list below;
    if (location->below.len == 0)
        return add(listing, location->root);
    int rc = resolver_directories(&places, listing->arena, &below, listing->err);
    for (size_t i = 1; rc == 0 && i < below.count; i++) /* the first is the root itself */
        rc = add(listing, cr_arena_printf(listing->arena, "%s%.*s", location->root,
                                          CR_SLICE_ARG(below.items[i])));
    return rc;
}

static int add_label(struct listing *listing, size_t location_count, struct cr_slice label)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < location_count; i++)
        rc = add(listing, cr_arena_printf(listing->arena, "%.*s%.*s/",
                                          CR_SLICE_ARG(listing->items[i]), CR_SLICE_ARG(label)));
    return rc;
}

int native_backend_directories(const struct native_places *places,
                               const struct config_request *request, struct cr_arena *arena,
                               struct config_list *out_directories, struct cr_err *err)
{
    const struct native_settings *settings = places->settings;
    struct listing listing = {.arena = arena, .err = err};
    struct cr_slice fallback = cr_slice_of(settings->default_label);
    struct config_list labels = request->label_list;
    if (!request->label.ptr)
        labels = (struct config_list){&fallback, fallback.len > 0};
    listing.items = cr_arena_array(arena, RESOLVER_DIRECTORIES_MAX, sizeof(*listing.items));
    if (!listing.items)
        return cr_err_set(err, CR_ENOMEM, "out of memory");
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < places->count; i++)
        rc = add_location(&listing, &places->locations[i], request,
                          labels.count > 0 ? labels.items[labels.count - 1] : fallback);
    size_t location_count = listing.count;
    for (size_t i = labels.count; rc == 0 && settings->add_label_locations && i-- > 0;)
        rc = add_label(&listing, location_count, labels.items[i]); /* the first one is strongest */
    if (rc == 0)
        *out_directories = (struct config_list){listing.items, listing.count};
    return rc;
}

/* --- files --- */

/* The innermost location that a path is in. */
static const struct native_location *location_of(const struct native_backend *backend,
                                                 const char *path)
{
    const struct native_location *found = NULL;
    for (size_t i = 0; i < backend->places.count; i++) {
        const char *root = backend->places.locations[i].root;
        if (strncmp(path, root, strlen(root)) == 0 &&
            (!found || strlen(root) > strlen(found->root)))
            found = &backend->places.locations[i];
    }
    return found;
}

static int read_file(void *ctx, const char *path, struct cr_buf *out, struct cr_err *err)
{
    const struct native_location *location = location_of(ctx, path);
    if (!location)
        return cr_err_set(err, CR_ENOTFOUND, "'%s': no such file", path);
    return native_files_read(location->root, path + strlen(location->root), out, err);
}

static int modified(void *ctx, const char *path, int64_t *out_wall_s, struct cr_err *err)
{
    const struct native_location *location = location_of(ctx, path);
    if (!location)
        return cr_err_set(err, CR_ENOTFOUND, "'%s': no such file", path);
    return native_files_modified(location->root, path + strlen(location->root), out_wall_s, err);
}

/* --- the backend --- */

static int choose(struct config_backend *base, const struct config_request *request, size_t first,
                  struct config_choice *out_choice, struct cr_err *err)
{
    const struct native_settings *settings = of(base)->places.settings;
    if (first > 0)
        return cr_err_set(err, CR_ENOTFOUND, "%s: nothing is left to ask", base->name);
    *out_choice =
        (struct config_choice){.backend = base, .name = base->name, .is_last = true, .count = 1};
    out_choice->snapshots[0].label =
        request->label.ptr ? request->label : cr_slice_of(settings->default_label);
    memcpy(out_choice->snapshots[0].version, settings->version, strlen(settings->version));
    return 0;
}

static void release(struct config_choice *choice)
{
    (void)choice;
}

static int look(const struct config_choice *choice, size_t index,
                const struct config_request *request, struct cr_arena *arena,
                struct config_origin *out_origin, struct cr_err *err)
{
    struct native_backend *backend = of(choice->backend);
    (void)index;
    *out_origin = (struct config_origin){.files = {read_file, NULL, backend}, .modified = modified};
    return native_backend_directories(&backend->places, request, arena, &out_origin->directories,
                                      err);
}

static void close_backend(struct config_backend *base)
{
    struct native_backend *backend = of(base);
    cr_arena_free(backend->arena);
    free(backend);
}

static int read_locations(struct native_backend *backend, const struct cr_log *log,
                          struct cr_err *err)
{
    const struct cr_setting_list *list = &backend->places.settings->locations;
    backend->arena = cr_arena_new(0);
    if (backend->arena)
        backend->places.locations =
            cr_arena_array(backend->arena, list->count + 1, sizeof(*backend->places.locations));
    const char *key =
        backend->places.locations
            ? cr_arena_printf(backend->arena, "%ssearch-locations", backend->places.settings->key)
            : NULL;
    if (!key)
        return cr_err_set(err, CR_ENOMEM, "out of memory");
    for (size_t i = 0; i < list->count; i++) {
        struct native_location *location = &backend->places.locations[backend->places.count++];
        int rc =
            native_location_parse(key, cr_slice_of(list->items[i]), backend->arena, location, err);
        if (rc < 0)
            return rc;
        if (access(location->root, R_OK | X_OK) < 0)
            cr_log_warn(log, "config.location", "%s: '%s' cannot be read yet: %s", key,
                        location->root, strerror(errno));
    }
    return 0;
}

int native_backend_open(const struct native_settings *settings, const struct cr_log *log,
                        struct config_backend **out_backend, struct cr_err *err)
{
    static const struct config_backend_ops ops = {choose, release, look, NULL,
                                                  NULL,   NULL,    NULL, close_backend};
    struct native_backend *backend = calloc(1, sizeof(*backend));
    if (!backend)
        return cr_err_set(err, CR_ENOMEM, "out of memory");
    backend->base = (struct config_backend){.ops = &ops, .name = settings->name};
    backend->places.settings = settings;
    int rc = read_locations(backend, log, err);
    if (rc < 0)
        close_backend(&backend->base);
    else
        *out_backend = &backend->base;
    return rc;
}
