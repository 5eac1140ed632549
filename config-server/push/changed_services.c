/* changed_services: the stem of each file, then without its suffixes. */
#include "changed_services.h"

#include "cr_map.h"

static int add(struct cr_map *names, struct cr_slice name, struct cr_err *err)
{
    static int known;
    if (cr_slice_is(name, "application"))
        name = CR_SLICE("*");
    if (name.len == 0)
        return 0;
    int rc = cr_map_put(names, name, &known);
    if (rc == CR_ELIMIT)
        return cr_err_set(err, rc, "the change concerns more than %d applications",
                          CHANGED_SERVICES_MAX);
    return rc < 0 ? cr_err_set(err, rc, "out of memory") : 0;
}

/* "a/foo-bar.yml": "foo-bar"; a name without an ending is its own stem. */
static struct cr_slice stem_of(struct cr_slice path)
{
    struct cr_slice name = cr_slice_from(path, (size_t)(cr_slice_find_last(path, '/') + 1));
    ptrdiff_t dot = cr_slice_find_last(name, '.');
    return dot < 0 ? name : cr_slice_sub(name, 0, (size_t)dot);
}

static int add_path(struct cr_map *names, struct cr_slice path, struct cr_err *err)
{
    struct cr_slice name = stem_of(path);
    int rc = add(names, name, err);
    for (ptrdiff_t dash; rc == 0 && (dash = cr_slice_find_last(name, '-')) >= 0;) {
        name = cr_slice_sub(name, 0, (size_t)dash);
        rc = add(names, name, err);
    }
    return rc;
}

int changed_services(const struct cr_slice *paths, size_t path_count, struct cr_arena *arena,
                     const struct cr_slice **out_names, size_t *out_count, struct cr_err *err)
{
    CR_AUTO_MAP names = cr_map_new(CHANGED_SERVICES_MAX, NULL);
    int rc = names ? 0 : CR_ENOMEM;
    for (size_t i = 0; i < path_count && rc == 0; i++)
        rc = add_path(names, paths[i], err);
    if (rc < 0)
        return rc == CR_ENOMEM ? cr_err_set(err, rc, "out of memory") : rc;
    size_t count = 0, cursor = 0;
    struct cr_slice *all = cr_arena_array(arena, cr_map_count(names) + 1, sizeof(*all)), name;
    for (void *value; all && cr_map_next(names, &cursor, &name, &value); count++)
        all[count] = (struct cr_slice){cr_arena_slice(arena, name), name.len};
    if (cr_arena_failed(arena))
        return cr_err_set(err, CR_ENOMEM, "out of memory");
    *out_names = all;
    *out_count = count;
    return 0;
}
