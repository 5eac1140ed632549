/* cr_yaml_private: the nodes between libyaml's events and flat documents, and who works on them.
 *
 * cr_yaml.c composes nodes (cr_yaml_node.c) from events, cr_yaml_construct.c gives them their
 * members (duplicate keys, merges, sets, ordered maps), cr_yaml_flatten.c makes pairs of a
 * document's nodes.
 *
 * Ownership: nodes live in the composer's arena. An alias is the node itself, so a node may have
 *            several parents, but never itself below it.
 */
#ifndef CR_YAML_PRIVATE_H
#define CR_YAML_PRIVATE_H

#include <yaml.h>

#include "cr_flat_private.h"
#include "cr_yaml_scalar_private.h"

/* Of one file: nodes and members that are composed, and nodes that flattening visits. Aliases make
 * the second larger than the first ("billion laughs"). SnakeYAML's bound of levels is that of what
 * is written; aliases may add to it up to CR_FLAT_DEPTH_MAX. */
enum { CR_YAML_NODES_MAX = 524288, CR_YAML_VISITS_MAX = 262144, CR_YAML_DEPTH_MAX = 50 };

enum cr_yaml_kind { CR_YAML_SCALAR, CR_YAML_LIST, CR_YAML_MAP };

/* What a list or map is by its tag. */
enum cr_yaml_form { CR_YAML_PLAIN, CR_YAML_SET, CR_YAML_OMAP };

struct cr_yaml_member {
    struct cr_yaml_node *key; /* NULL in lists */
    struct cr_yaml_node *value;
    struct cr_yaml_member *next;
    bool unmarked; /* the key: see cr_yaml_construct.c */
};

struct cr_yaml_node {
    enum cr_yaml_kind kind;
    enum cr_yaml_form form;
    bool open; /* its end has not come: an alias to it would be recursive */
    bool constructed;
    bool unmarked; /* some member may be */
    struct cr_yaml_scalar scalar;
    struct cr_yaml_member *first; /* as composed, and merged */
    struct cr_yaml_member *last;
    struct cr_yaml_member *shown; /* once constructed: what it is to those who read it */
    int line;                     /* 0: has no place of its own */
    int column;
};

struct cr_yaml_frame {
    struct cr_yaml_node *node;
    struct cr_yaml_node *key; /* waits for its value */
};

struct cr_yaml_composer {
    yaml_parser_t parser;
    struct cr_slice text;
    struct cr_flat_builder flat;
    struct cr_arena *arena;
    struct cr_err *err;
    struct cr_map *anchors;
    struct cr_map *keys; /* of the map that is being constructed */
    struct cr_buf key_text;
    struct cr_buf path;
    struct cr_yaml_frame stack[CR_YAML_DEPTH_MAX + 1];
    size_t depth;
    struct cr_yaml_node *root;
    size_t nodes;
    size_t visits;
    int line; /* of the event that is handled */
};

/* --- cr_yaml_node.c --- */

/* CR_EPARSE with the node's place. */
int cr_yaml_fail(struct cr_yaml_composer *c, const struct cr_yaml_node *at, const char *reason);
/* NULL: the reason is in c->err. */
struct cr_yaml_node *cr_yaml_node_new(struct cr_yaml_composer *c, enum cr_yaml_kind kind, int line,
                                      int column);
CR_MUST_CHECK int cr_yaml_append(struct cr_yaml_composer *c, struct cr_yaml_node *parent,
                                 struct cr_yaml_node *key, struct cr_yaml_node *value);

CR_MUST_CHECK int cr_yaml_count_node(struct cr_yaml_composer *c);
int cr_yaml_fail_key(struct cr_yaml_composer *c, const struct cr_yaml_node *at); /* too long */

/* --- cr_yaml_construct.c, cr_yaml_flatten.c --- */

/* A document whose end came, then its pairs. */
CR_MUST_CHECK int cr_yaml_construct(struct cr_yaml_composer *c, struct cr_yaml_node *root);
CR_MUST_CHECK int cr_yaml_flatten(struct cr_yaml_composer *c, const struct cr_yaml_node *root);

/* Of a constructed node: does it have keys? */
bool cr_yaml_is_map(const struct cr_yaml_node *node);
/* Is a key a text, or one for Spring's brackets? */
bool cr_yaml_is_text(const struct cr_yaml_node *key);
/* The text of a key: a scalar's own, of a list "[a, 1]" and of a map "{a=1}" as Java spells them.
 */
CR_MUST_CHECK int cr_yaml_key_text(struct cr_yaml_composer *c, const struct cr_yaml_node *key,
                                   struct cr_buf *out);

#endif
