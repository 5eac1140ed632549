/* nested: flat keys as a tree of maps and lists. Pure.
 *
 * Ownership: the tree lives in the arena; keys and texts are borrowed from the properties.
 * Errors:    CR_EINVAL (answer 400) a key with an empty piece or a bad index ("a..b", "a.[0]",
 *            "a[x"), keys that want one value as a list and as something else, an index or a depth
 *            beyond the bounds, too many empty places in lists; the text names the key. CR_ENOMEM.
 * Threads:   any.
 * Source:    Spring Cloud Config EnvironmentController.PropertyNavigator; config-server reference
 *            2.8.
 *
 * "a.b[0].c" is split at dots and indices. A bracket that holds no number is part of its name.
 * Where a value stands already, the rest of a longer key becomes one name beside it: org.x=1 and
 * org.x.y=2 are {org: {x: 1, x.y: 2}}. A shorter key that comes later replaces what is there.
 */
#ifndef NESTED_H
#define NESTED_H

#include "flat_map.h"

enum {
    NESTED_DEPTH_MAX = 128,
    NESTED_INDEX_MAX = 65535,
    NESTED_PLACES_MAX = 262144, /* list elements, empty ones included, in all */
};

enum nested_kind {
    NESTED_EMPTY, /* a place in a list that no key fills: null */
    NESTED_VALUE,
    NESTED_MAP,
    NESTED_LIST,
};

struct nested {
    enum nested_kind kind;
    struct cr_slice key;         /* in a map */
    struct nested *first, *last; /* of a map or list, in order */
    struct nested *next;         /* behind this one in the same map or list */
    size_t count;
    enum cr_wire_kind value; /* of a NESTED_VALUE */
    struct cr_slice text;    /* likewise; may be replaced by whoever resolves it */
    /* The rest is nested.c's. */
    struct nested **places; /* of a list: its elements by index */
    size_t capacity;
    unsigned id; /* of a map: its names' home in the index */
};

/* *out_root is a NESTED_MAP. */
CR_MUST_CHECK int nested_build(const struct flat_map *map, struct cr_arena *arena,
                               struct nested **out_root, struct cr_err *err);

#endif
