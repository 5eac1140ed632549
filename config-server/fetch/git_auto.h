/* git_auto: libgit2's objects, freed at the end of their scope.
 *
 *     GIT_FREEP(tree)               once in a file
 *     GIT_AUTO(tree) tree = NULL;   freed by git_tree_free
 */
#ifndef GIT_AUTO_H
#define GIT_AUTO_H

#include <git2.h>

#include "cr_attr.h"

#define GIT_AUTO(type) CR_CLEANUP(type##_freep) git_##type *
#define GIT_FREEP(type)                                                                            \
    static inline void type##_freep(git_##type **object)                                           \
    {                                                                                              \
        git_##type##_free(*object);                                                                \
    }

#endif
