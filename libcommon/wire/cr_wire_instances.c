/* The lists of instances that a registry answers with, as its clients read them. */
#include "cr_json.h"
#include "cr_wire_instance.h"
#include "cr_wire_instance_private.h"

/* Lists of one may come as the one thing alone: the first element either way. */
static const struct cr_tree *list_first(const struct cr_tree *list)
{
    return cr_tree_kind(list) == CR_TREE_ARRAY ? cr_tree_first(list) : list;
}

static const struct cr_tree *list_next(const struct cr_tree *list, const struct cr_tree *at)
{
    return cr_tree_kind(list) == CR_TREE_ARRAY ? cr_tree_next(at) : NULL;
}

static size_t list_count(const struct cr_tree *list)
{
    if (cr_tree_kind(list) == CR_TREE_ARRAY)
        return cr_tree_count(list);
    return cr_tree_kind(list) == CR_TREE_OBJECT ? 1 : 0;
}

static size_t count_instances(const struct cr_tree *apps)
{
    size_t count = 0;
    for (const struct cr_tree *app = list_first(apps); app; app = list_next(apps, app))
        count += list_count(cr_tree_get(app, "instance"));
    return count;
}

/* One application after the other; what cannot be read is left out. */
static int read_instances(const struct cr_tree *apps, struct cr_arena *arena,
                          struct cr_wire_instance *items, size_t *out_count, struct cr_err *err)
{
    size_t count = 0;
    for (const struct cr_tree *app = list_first(apps); app; app = list_next(apps, app)) {
        const struct cr_tree *list = cr_tree_get(app, "instance");
        for (const struct cr_tree *at = list_first(list); at; at = list_next(list, at)) {
            int rc =
                cr_wire_instance_from_tree(at, CR_WIRE_FROM_JSON, 0, arena, &items[count], err);
            if (rc == CR_ENOMEM)
                return rc;
            count += rc == 0;
        }
    }
    *out_count = count;
    return 0;
}

int cr_wire_document_read(struct cr_slice json, struct cr_arena *arena,
                          struct cr_wire_document *out_document, struct cr_err *err)
{
    const struct cr_tree *tree = NULL;
    int rc = cr_json_parse(json, arena, &tree, err);
    if (rc)
        return rc;
    const struct cr_tree *whole = cr_tree_get(tree, "applications");
    const struct cr_tree *apps = cr_tree_get(whole ? whole : tree, "application");
    if (!whole && !apps)
        return cr_err_set(err, CR_EPARSE, "applications: neither 'applications' nor 'application'");
    size_t room = count_instances(apps);
    if (room > CR_WIRE_INSTANCES_MAX)
        return cr_err_set(err, CR_ELIMIT, "applications: %zu instances, at most %d", room,
                          CR_WIRE_INSTANCES_MAX);
    struct cr_wire_instance *items = cr_arena_array(arena, room + 1, sizeof *items);
    if (!items)
        return cr_err_set(err, CR_ENOMEM, "applications: no memory");
    size_t count = 0;
    rc = read_instances(apps, arena, items, &count, err);
    if (rc)
        return rc;
    *out_document = (struct cr_wire_document){
        .instances = {items, count},
        .skipped = room - count,
        .version = cr_tree_int_or(cr_tree_get(whole, "versions__delta"), -1),
        .hash_code = cr_tree_slice(cr_tree_get(whole, "apps__hashcode")),
    };
    return 0;
}

int cr_wire_instances_read(struct cr_slice json, struct cr_arena *arena,
                           struct cr_wire_instances *out_instances, size_t *out_skipped,
                           struct cr_err *err)
{
    struct cr_wire_document document = {0};
    int rc = cr_wire_document_read(json, arena, &document, err);
    if (rc)
        return rc;
    if (out_skipped)
        *out_skipped = document.skipped;
    *out_instances = document.instances;
    return 0;
}
