/* A tree of literal segments; the patterns that go on otherwise lie where their literals end. */
#include "route_tree.h"

#include <stdlib.h>

#include "cr_array.h"
#include "cr_map.h"

struct leaf {
    uint32_t index;
    const struct ant_pattern *pattern;
};

struct route_tree {
    struct cr_map *children; /* struct route_tree by segment; NULL: none */
    size_t count;
    size_t capacity;
    struct leaf *leaves; /* in ascending order */
};

static void free_child(void *value)
{
    route_tree_free(value);
}

struct route_tree *route_tree_new(void)
{
    return calloc(1, sizeof(struct route_tree));
}

void route_tree_free(struct route_tree *tree)
{
    if (!tree)
        return;
    cr_map_free(tree->children);
    free(tree->leaves);
    free(tree);
}

static struct route_tree *add_child(struct route_tree *tree, struct cr_slice segment)
{
    if (!tree->children)
        tree->children = cr_map_new(0, free_child);
    struct route_tree *child = tree->children ? cr_map_get(tree->children, segment) : NULL;
    if (child || !tree->children)
        return child;
    child = route_tree_new();
    if (child && cr_map_put(tree->children, segment, child)) {
        route_tree_free(child);
        return NULL;
    }
    return child;
}

int route_tree_add(struct route_tree *tree, const struct ant_pattern *pattern, uint32_t index)
{
    for (size_t i = 0; tree && i < pattern->literal_count; i++)
        tree = add_child(tree, pattern->segments[i].text);
    if (!tree)
        return CR_ENOMEM;
    if (!CR_ARRAY_ROOM(tree->leaves, tree->count, tree->capacity))
        return CR_ENOMEM;
    tree->leaves[tree->count++] = (struct leaf){index, pattern};
    return 0;
}

/* The first of the leaves that matches what is left of the path, if it is below best. */
static uint32_t find_leaf(const struct route_tree *tree, struct cr_slice rest, uint32_t best)
{
    for (size_t i = 0; i < tree->count && tree->leaves[i].index < best; i++)
        if (ant_matches_rest(tree->leaves[i].pattern, rest))
            return tree->leaves[i].index;
    return best;
}

ptrdiff_t route_tree_find(const struct route_tree *tree, struct cr_slice path)
{
    uint32_t best = UINT32_MAX;
    struct cr_slice rest = path, segment;
    while (tree) {
        best = find_leaf(tree, rest, best);
        if (!tree->children || !ant_next_segment(&rest, &segment))
            break;
        tree = cr_map_get(tree->children, segment);
    }
    return best == UINT32_MAX ? -1 : (ptrdiff_t)best;
}
