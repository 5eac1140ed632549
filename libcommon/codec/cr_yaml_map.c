/* What happens when a map or list ends: duplicate keys are found, "<<" is applied, sets become
 * lists and ordered maps maps. */
#include "cr_yaml_private.h"

/* Types count: 1, "1" and [1] are different keys. */
static int put_identity(struct cr_yaml_composer *c, const struct cr_yaml_node *node, unsigned depth)
{
    struct cr_buf *out = &c->key_text;
    if (depth > CR_FLAT_DEPTH_MAX || out->len > CR_FLAT_KEY_MAX)
        return cr_err_set(c->err, CR_ELIMIT, "YAML line %d: a key longer than %d bytes", node->line,
                          CR_FLAT_KEY_MAX);
    if (node->kind == CR_YAML_SCALAR) {
        cr_buf_printf(out, "%d:", (int)node->scalar.type);
        cr_buf_slice(out, node->scalar.text);
        cr_buf_char(out, '\0');
        return 0;
    }
    cr_buf_char(out, node->kind == CR_YAML_LIST ? '[' : '{');
    int rc = 0;
    for (const struct cr_yaml_member *m = node->first; m && !rc; m = m->next) {
        rc = m->key ? put_identity(c, m->key, depth + 1) : 0;
        if (rc == 0)
            rc = put_identity(c, m->value, depth + 1);
    }
    cr_buf_char(out, ']');
    return rc;
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

static int put_key(struct cr_yaml_composer *c, struct cr_yaml_node *map,
                   const struct cr_yaml_member *member, bool merged)
{
    cr_buf_reset(&c->key_text);
    int rc = put_identity(c, member->key, 0);
    if (rc)
        return rc;
    if (cr_buf_status(&c->key_text))
        return cr_flat_no_memory(c->err);
    struct cr_slice identity = cr_buf_view(&c->key_text);
    struct cr_yaml_member *seen = cr_map_get(c->keys, identity);
    if (seen && merged)
        return 0;
    if (seen && !seen->merged)
        return fail_duplicate(c, member->key);
    if (seen) {
        seen->key = member->key;
        seen->value = member->value;
        seen->merged = false;
        return 0;
    }
    rc = cr_yaml_append(c, map, member->key, member->value);
    if (rc)
        return rc;
    map->last->merged = merged;
    return cr_map_put(c->keys, identity, map->last) ? cr_flat_no_memory(c->err) : 0;
}

static int merge(struct cr_yaml_composer *c, struct cr_yaml_node *map,
                 const struct cr_yaml_node *from)
{
    int rc = 0;
    if (from->kind == CR_YAML_MAP) {
        for (const struct cr_yaml_member *m = from->first; m && !rc; m = m->next)
            rc = put_key(c, map, m, true);
        return rc;
    }
    bool maps = from->kind == CR_YAML_LIST;
    for (const struct cr_yaml_member *m = from->first; m && maps; m = m->next)
        maps = m->value->kind == CR_YAML_MAP;
    if (!maps)
        return cr_yaml_fail(c, from, "'<<' needs a map or a list of maps");
    for (const struct cr_yaml_member *m = from->first; m && !rc; m = m->next)
        rc = merge(c, map, m->value); /* a map now: no deeper */
    return rc;
}

static bool is_merge(const struct cr_yaml_node *key)
{
    return key->kind == CR_YAML_SCALAR && key->scalar.type == CR_YAML_MERGE;
}

/* Applies "<<" in SnakeYAML's order and finds duplicate keys. */
static int close_map(struct cr_yaml_composer *c, struct cr_yaml_node *map)
{
    struct cr_yaml_member *own = map->first;
    map->first = NULL;
    map->last = NULL;
    cr_map_clear(c->keys);
    int rc = 0;
    for (; own && !rc; own = own->next)
        rc = is_merge(own->key) ? merge(c, map, own->value) : put_key(c, map, own, false);
    return rc;
}

/* A set's members are its keys. Spring keeps no place for those that are scalars. */
static int close_set(struct cr_yaml_composer *c, struct cr_yaml_node *set)
{
    set->kind = CR_YAML_LIST;
    for (struct cr_yaml_member *m = set->first; m; m = m->next) {
        m->value = m->key;
        m->key = NULL;
        if (m->value->kind != CR_YAML_SCALAR)
            continue;
        struct cr_yaml_node *copy = cr_yaml_node_new(c, CR_YAML_SCALAR, 0, 0);
        if (!copy)
            return CR_ELIMIT;
        copy->scalar = m->value->scalar;
        m->value = copy;
    }
    return 0;
}

/* A list of maps with one pair each becomes a map; of equal keys the last one counts. */
static int close_omap(struct cr_yaml_composer *c, struct cr_yaml_node *omap)
{
    for (struct cr_yaml_member *m = omap->first; m; m = m->next) {
        const struct cr_yaml_node *item = m->value;
        if (item->kind != CR_YAML_MAP || !item->first || item->first->next)
            return cr_yaml_fail(c, item, "an item of '!!omap' needs to be a map with one pair");
        m->key = item->first->key;
        m->value = item->first->value;
        if (m->key->kind == CR_YAML_SCALAR && m->key->scalar.type == CR_YAML_NULL)
            m->key->scalar.type = CR_YAML_STRING;
    }
    omap->kind = omap->first ? CR_YAML_MAP : CR_YAML_LIST;
    return 0;
}

int cr_yaml_close(struct cr_yaml_composer *c, struct cr_yaml_node *node)
{
    if (node->form == CR_YAML_OMAP)
        return close_omap(c, node);
    int rc = node->kind == CR_YAML_MAP ? close_map(c, node) : 0;
    return rc == 0 && node->form == CR_YAML_SET ? close_set(c, node) : rc;
}
