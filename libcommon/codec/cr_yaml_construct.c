/* What SnakeYAML's constructor does to a document's nodes, in its order, from the root down:
 * duplicate keys are found, "<<" is applied, sets and ordered maps get their members.
 *
 * Spring Boot marks the keys of a map when it is constructed. A map that is merged before that (one
 * that is written behind "<<", or that stands in the map itself) brings its keys unmarked: "a" and
 * "a" are then two keys, of which the later one counts, even if it is not the explicit one. */
#include "cr_yaml_private.h"

static int construct(struct cr_yaml_composer *c, struct cr_yaml_node *node, unsigned depth);

static int fail_deep(struct cr_yaml_composer *c, const struct cr_yaml_node *node)
{
    return cr_err_set(c->err, CR_ELIMIT, "YAML line %d: aliases nest deeper than %d levels",
                      node->line, CR_FLAT_DEPTH_MAX);
}

static bool is_scalar(const struct cr_yaml_node *node, enum cr_yaml_type type)
{
    return node->kind == CR_YAML_SCALAR && node->scalar.type == type;
}

/* ---- which keys are the same ---- */

/* Types count: 1, "1" and [1] are different keys. */
static int put_identity(struct cr_yaml_composer *c, const struct cr_yaml_node *node, unsigned depth)
{
    struct cr_buf *out = &c->key_text;
    if (depth > CR_FLAT_DEPTH_MAX)
        return fail_deep(c, node);
    if (out->len > CR_FLAT_KEY_MAX)
        return cr_yaml_fail_key(c, node);
    if (node->kind == CR_YAML_SCALAR) {
        cr_buf_printf(out, "%d:", (int)node->scalar.type);
        cr_buf_slice(out, node->scalar.text);
        cr_buf_char(out, '\0');
        return 0;
    }
    cr_buf_char(out, cr_yaml_is_map(node) ? '{' : '[');
    int rc = 0;
    for (const struct cr_yaml_member *m = node->shown; m && !rc; m = m->next) {
        rc = m->key ? put_identity(c, m->key, depth + 1) : 0;
        if (rc == 0)
            rc = put_identity(c, m->value, depth + 1);
    }
    cr_buf_char(out, ']');
    return rc;
}

/* The identity of a member's key, in c->key_text until the next one is asked for. */
static int identify(struct cr_yaml_composer *c, const struct cr_yaml_member *member)
{
    cr_buf_reset(&c->key_text);
    if (member->unmarked && member->key->kind == CR_YAML_SCALAR)
        cr_buf_char(&c->key_text, 'u');
    int rc = put_identity(c, member->key, 0);
    return rc == 0 && cr_buf_status(&c->key_text) ? cr_flat_no_memory(c->err) : rc;
}

static int fail_duplicate(struct cr_yaml_composer *c, const struct cr_yaml_node *key)
{
    CR_AUTO(cr_buf) text = {.max = CR_FLAT_KEY_MAX};
    int rc = cr_yaml_key_text(c, key, &text);
    if (rc)
        return rc;
    return cr_err_set(c->err, CR_EPARSE, "YAML line %d column %d: duplicate key '%.100s'",
                      key->line, key->column, text.data ? text.data : "");
}

static int check_duplicates(struct cr_yaml_composer *c, const struct cr_yaml_node *map,
                            unsigned depth)
{
    int rc = 0;
    for (const struct cr_yaml_member *m = map->first; m && !rc; m = m->next)
        rc = construct(c, m->key, depth + 1); /* which may use c->keys */
    cr_map_clear(c->keys);
    for (const struct cr_yaml_member *m = map->first; m && !rc; m = m->next) {
        if (is_scalar(m->key, CR_YAML_MERGE))
            continue;
        rc = identify(c, m);
        if (rc == 0 && cr_map_get(c->keys, cr_buf_view(&c->key_text)))
            rc = fail_duplicate(c, m->key);
        if (rc == 0 && cr_map_put(c->keys, cr_buf_view(&c->key_text), m->key))
            rc = cr_flat_no_memory(c->err);
    }
    return rc;
}

/* ---- merging ---- */

/* The map that is being put together. */
struct merger {
    struct cr_yaml_composer *c;
    struct cr_yaml_node *map;
    struct cr_map *members; /* by identity */
};

/* explicit: the map's own, which replaces a merged one in its place. */
static int add(struct merger *g, const struct cr_yaml_member *member, bool explicit, unsigned depth)
{
    struct cr_yaml_composer *c = g->c;
    int rc = construct(c, member->key, depth + 1);
    if (rc == 0)
        rc = cr_yaml_count_node(c);
    if (rc == 0)
        rc = identify(c, member);
    if (rc)
        return rc;
    struct cr_slice identity = cr_buf_view(&c->key_text);
    struct cr_yaml_member *seen = cr_map_get(g->members, identity);
    if (seen && explicit) {
        seen->key = member->key;
        seen->value = member->value;
    }
    if (seen)
        return 0;
    rc = cr_yaml_append(c, g->map, member->key, member->value);
    if (rc)
        return rc;
    g->map->last->unmarked = member->unmarked;
    g->map->unmarked |= member->unmarked;
    return cr_map_put(g->members, identity, g->map->last) ? cr_flat_no_memory(c->err) : 0;
}

static int add_all(struct merger *g, struct cr_yaml_node *from, bool explicit, unsigned depth);

static int merge(struct merger *g, struct cr_yaml_node *from, unsigned depth)
{
    if (from->kind == CR_YAML_MAP)
        return add_all(g, from, false, depth + 1);
    if (from->kind == CR_YAML_SCALAR)
        return cr_yaml_fail(g->c, from, "'<<' needs a map or a list of maps");
    int rc = 0;
    for (const struct cr_yaml_member *m = from->first; m && !rc; m = m->next)
        rc = m->value->kind == CR_YAML_MAP
                 ? add_all(g, m->value, false, depth + 1)
                 : cr_yaml_fail(g->c, m->value, "'<<' needs a map or a list of maps");
    return rc;
}

/* As SnakeYAML does it, a "<<" is gone from a map once it was followed, also from one that was only
 * passed through: who merges that one next does not get what it merged. */
static int add_all(struct merger *g, struct cr_yaml_node *from, bool explicit, unsigned depth)
{
    if (depth > CR_FLAT_DEPTH_MAX)
        return fail_deep(g->c, from);
    struct cr_yaml_member **link = &from->first;
    int rc = 0;
    while (*link && !rc) {
        struct cr_yaml_member *m = *link;
        if (!is_scalar(m->key, CR_YAML_MERGE)) {
            rc = add(g, m, explicit, depth);
            link = &m->next;
            continue;
        }
        *link = m->next;
        rc = merge(g, m->value, depth);
    }
    return rc;
}

static int apply_merges(struct cr_yaml_composer *c, struct cr_yaml_node *map, unsigned depth)
{
    bool any = false;
    for (const struct cr_yaml_member *m = map->first; m && !any; m = m->next)
        any = is_scalar(m->key, CR_YAML_MERGE);
    if (!any)
        return 0;
    struct cr_yaml_node own = *map;
    struct merger g = {.c = c, .map = map, .members = cr_map_new(0, NULL)};
    map->first = NULL;
    map->last = NULL;
    int rc = g.members ? add_all(&g, &own, true, depth) : cr_flat_no_memory(c->err);
    cr_map_free(g.members);
    return rc;
}

/* ---- what is shown ---- */

/* A key that was not marked when it is null is the empty text. */
static struct cr_yaml_node *shown_key(struct cr_yaml_composer *c, const struct cr_yaml_member *m)
{
    if (!m->unmarked || !is_scalar(m->key, CR_YAML_NULL))
        return m->key;
    struct cr_yaml_node *copy = cr_yaml_node_new(c, CR_YAML_SCALAR, m->key->line, m->key->column);
    if (copy) {
        copy->scalar = m->key->scalar;
        copy->scalar.type = CR_YAML_STRING;
    }
    return copy;
}

/* Adds a pair to what is shown of a map; of equal texts the later value, in the earlier place. */
static int show(struct cr_yaml_composer *c, struct cr_yaml_node *list,
                const struct cr_yaml_member *m)
{
    struct cr_yaml_node *key = shown_key(c, m);
    if (!key)
        return CR_ELIMIT;
    bool bracketed = !cr_yaml_is_text(key);
    cr_buf_reset(&c->key_text);
    cr_buf_text(&c->key_text, bracketed ? "[" : "");
    int rc = cr_yaml_key_text(c, key, &c->key_text);
    cr_buf_text(&c->key_text, bracketed ? "]" : "");
    if (rc)
        return rc;
    struct cr_yaml_member *seen = cr_map_get(c->keys, cr_buf_view(&c->key_text));
    if (seen) {
        seen->value = m->value;
        return 0;
    }
    rc = cr_yaml_append(c, list, key, m->value);
    if (rc)
        return rc;
    return cr_map_put(c->keys, cr_buf_view(&c->key_text), list->last) ? cr_flat_no_memory(c->err)
                                                                      : 0;
}

/* Keys that are different may be shown by one text: "[1]" and 1. */
static bool has_twins(const struct cr_yaml_node *map)
{
    bool any = map->unmarked;
    for (const struct cr_yaml_member *m = map->first; m && !any; m = m->next)
        any = is_scalar(m->key, CR_YAML_STRING) &&
              cr_slice_starts(m->key->scalar.text, CR_SLICE("["));
    return any;
}

static int show_map(struct cr_yaml_composer *c, struct cr_yaml_node *map)
{
    struct cr_yaml_node list = {.kind = CR_YAML_MAP};
    int rc = 0;
    map->shown = map->first;
    if (!has_twins(map))
        return 0;
    cr_map_clear(c->keys);
    for (const struct cr_yaml_member *m = map->first; m && !rc; m = m->next)
        rc = show(c, &list, m);
    map->shown = list.first;
    return rc;
}

/* A set's members are its keys. Spring keeps no place for those that are scalars. */
static int show_set(struct cr_yaml_composer *c, struct cr_yaml_node *set)
{
    struct cr_yaml_node list = {.kind = CR_YAML_LIST};
    int rc = 0;
    for (const struct cr_yaml_member *m = set->first; m && !rc; m = m->next) {
        struct cr_yaml_node *value = m->key;
        if (value->kind == CR_YAML_SCALAR && !m->unmarked) {
            value = cr_yaml_node_new(c, CR_YAML_SCALAR, 0, 0);
            if (!value)
                return CR_ELIMIT;
            value->scalar = m->key->scalar;
        }
        rc = cr_yaml_append(c, &list, NULL, value);
    }
    set->shown = list.first;
    return rc;
}

/* A list of maps with one pair each. */
static int show_omap(struct cr_yaml_composer *c, struct cr_yaml_node *omap, unsigned depth)
{
    struct cr_yaml_node list = {.kind = CR_YAML_MAP};
    int rc = 0;
    for (const struct cr_yaml_member *m = omap->first; m && !rc; m = m->next) {
        const struct cr_yaml_node *item = m->value;
        if (item->kind != CR_YAML_MAP || !item->first || item->first->next)
            return cr_yaml_fail(c, item, "an item of '!!omap' needs to be a map with one pair");
        if (is_scalar(item->first->key, CR_YAML_MERGE))
            return cr_yaml_fail(c, item->first->key, "'<<' has no meaning in '!!omap'");
        rc = construct(c, item->first->key, depth + 1);
        if (rc == 0)
            rc = construct(c, item->first->value, depth + 1);
    }
    cr_map_clear(c->keys);
    for (const struct cr_yaml_member *m = omap->first; m && !rc; m = m->next) {
        struct cr_yaml_member pair = *m->value->first;
        pair.unmarked = true;
        rc = show(c, &list, &pair);
    }
    omap->shown = list.first;
    return rc;
}

/* ---- the order of it all ---- */

static int construct_map(struct cr_yaml_composer *c, struct cr_yaml_node *map, unsigned depth)
{
    int rc = check_duplicates(c, map, depth);
    if (rc == 0)
        rc = apply_merges(c, map, depth);
    if (rc == 0 && map->form == CR_YAML_SET)
        return show_set(c, map);
    for (const struct cr_yaml_member *m = map->first; m && !rc; m = m->next)
        rc = construct(c, m->value, depth + 1);
    return rc ? rc : show_map(c, map);
}

static int construct(struct cr_yaml_composer *c, struct cr_yaml_node *node, unsigned depth)
{
    if (node->kind == CR_YAML_SCALAR)
        return 0;
    if (depth > CR_FLAT_DEPTH_MAX)
        return fail_deep(c, node);
    for (struct cr_yaml_member *m = node->unmarked ? node->first : NULL; m; m = m->next)
        m->unmarked = false; /* with each reference to it */
    node->unmarked = false;
    if (node->constructed)
        return 0;
    node->constructed = true;
    if (node->kind == CR_YAML_MAP)
        return construct_map(c, node, depth);
    if (node->form == CR_YAML_OMAP)
        return show_omap(c, node, depth);
    int rc = 0;
    for (const struct cr_yaml_member *m = node->first; m && !rc; m = m->next)
        rc = construct(c, m->value, depth + 1);
    node->shown = node->first;
    return rc;
}

int cr_yaml_construct(struct cr_yaml_composer *c, struct cr_yaml_node *root)
{
    return construct(c, root, 0);
}
