/* cr_tree_private: the inside of a tree value, for the parsers of this room. */
#ifndef CR_TREE_PRIVATE_H
#define CR_TREE_PRIVATE_H

#include "cr_tree.h"

struct cr_tree {
    enum cr_tree_kind kind;
    bool truth;           /* of a BOOL */
    struct cr_slice key;  /* NUL-terminated */
    struct cr_slice text; /* of a STRING or NUMBER, NUL-terminated */
    struct cr_tree *first;
    struct cr_tree *last;
    struct cr_tree *next;
    size_t count;
};

#endif
