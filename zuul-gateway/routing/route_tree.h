/* route_tree: which routes a path may take, found by the literal segments that their patterns begin
 * with: one step for each of them, however many routes there are.
 *
 * Ownership: the caller owns the tree; patterns must outlive it.
 * Errors:    CR_ENOMEM.
 * Threads:   immutable once built.
 */
#ifndef GATEWAY_ROUTE_TREE_H
#define GATEWAY_ROUTE_TREE_H

#include "ant_pattern.h"

struct route_tree;

struct route_tree *route_tree_new(void); /* NULL: no memory */
void route_tree_free(struct route_tree *tree);

/* Indexes must be added in ascending order. */
CR_MUST_CHECK int route_tree_add(struct route_tree *tree, const struct ant_pattern *pattern,
                                 uint32_t index);

/* The lowest index whose pattern matches, or -1. */
ptrdiff_t route_tree_find(const struct route_tree *tree, struct cr_slice path);

#endif
