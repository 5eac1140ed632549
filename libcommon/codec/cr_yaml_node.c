/* Nodes and their members, within the bounds of one file, and what is wrong with them. */
#include "cr_yaml_private.h"

int cr_yaml_fail(struct cr_yaml_composer *c, const struct cr_yaml_node *at, const char *reason)
{
    return cr_err_set(c->err, CR_EPARSE, "YAML line %d column %d: %s", at->line, at->column,
                      reason);
}

int cr_yaml_count_node(struct cr_yaml_composer *c)
{
    if (++c->nodes > CR_YAML_NODES_MAX)
        return cr_err_set(c->err, CR_ELIMIT, "YAML line %d: more than %d nodes", c->line,
                          CR_YAML_NODES_MAX);
    return 0;
}

int cr_yaml_fail_key(struct cr_yaml_composer *c, const struct cr_yaml_node *at)
{
    return cr_err_set(c->err, CR_ELIMIT, "YAML line %d: a key longer than %d bytes", at->line,
                      CR_FLAT_KEY_MAX);
}

struct cr_yaml_node *cr_yaml_node_new(struct cr_yaml_composer *c, enum cr_yaml_kind kind, int line,
                                      int column)
{
    if (cr_yaml_count_node(c))
        return NULL;
    struct cr_yaml_node *node = cr_arena_alloc(c->arena, sizeof *node);
    if (!node) {
        cr_flat_no_memory(c->err);
        return NULL;
    }
    node->kind = kind;
    node->line = line;
    node->column = column;
    return node;
}

int cr_yaml_append(struct cr_yaml_composer *c, struct cr_yaml_node *parent,
                   struct cr_yaml_node *key, struct cr_yaml_node *value)
{
    int rc = cr_yaml_count_node(c);
    if (rc)
        return rc;
    struct cr_yaml_member *member = cr_arena_alloc(c->arena, sizeof *member);
    if (!member)
        return cr_flat_no_memory(c->err);
    member->key = key;
    member->value = value;
    member->unmarked = key != NULL;
    parent->unmarked = key != NULL;
    if (parent->last)
        parent->last->next = member;
    else
        parent->first = member;
    parent->last = member;
    return 0;
}
