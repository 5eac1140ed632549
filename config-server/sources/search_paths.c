/* search_paths: placeholders are the resolver's; patterns are matched with what is there. */
#include "search_paths.h"

#include "cr_buf.h"

struct expansion {
    struct cr_arena *arena;
    struct cr_err *err;
    struct cr_slice pattern;
    struct cr_slice *items;
    size_t count;
};

static int out_of_memory(struct expansion *found)
{
    return cr_err_set(found->err, CR_ENOMEM, "out of memory");
}

static int add_directory(struct expansion *found, const char *path)
{
    for (size_t i = 0; i < found->count; i++) {
        if (cr_slice_is(found->items[i], path))
            return 0;
    }
    if (found->count == RESOLVER_DIRECTORIES_MAX)
        return cr_err_set(found->err, CR_ELIMIT,
                          "search path '%.*s': more than %d directories match",
                          CR_SLICE_ARG(found->pattern), RESOLVER_DIRECTORIES_MAX);
    const char *kept = cr_arena_text(found->arena, path);
    if (!kept)
        return out_of_memory(found);
    found->items[found->count++] = cr_slice_of(kept);
    return 0;
}

/* The directory in which a search begins is not found by it: a/ by a pattern of all that is below
 * it. */
static bool is_start(struct cr_slice pattern, struct cr_slice path)
{
    return cr_slice_starts(pattern, path) && cr_slice_is(cr_slice_from(pattern, path.len), "/**/");
}

static int visit_directory(const char *path, void *ctx)
{
    struct expansion *found = ctx;
    if (!resolver_pattern_matches(found->pattern, cr_slice_of(path)) ||
        is_start(found->pattern, cr_slice_of(path)))
        return 0;
    CR_AUTO(cr_buf) name = {0};
    cr_buf_text(&name, path);
    cr_buf_char(&name, '/');
    if (cr_buf_status(&name) < 0)
        return out_of_memory(found);
    return add_directory(found, name.data);
}

int search_paths_find(const struct resolver_places *places, const struct search_paths_tree *tree,
                      struct cr_arena *arena, struct config_list *out_directories,
                      struct cr_err *err)
{
    struct config_list configured;
    int rc = resolver_directories(places, arena, &configured, err);
    if (rc < 0)
        return rc;
    struct expansion found = {.arena = arena, .err = err};
    found.items = cr_arena_array(arena, RESOLVER_DIRECTORIES_MAX, sizeof(*found.items));
    if (!found.items)
        return out_of_memory(&found);
    for (size_t i = 0; rc == 0 && i < configured.count; i++) {
        found.pattern = configured.items[i];
        if (resolver_is_pattern(found.pattern))
            rc = tree->directories(tree->ctx, found.pattern, visit_directory, &found, err);
        else
            rc = add_directory(&found, found.pattern.ptr);
    }
    *out_directories = (struct config_list){found.items, found.count};
    return rc;
}
