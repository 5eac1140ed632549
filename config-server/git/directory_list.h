/* directory_list: the directories of one tree, in memory, so that those which a pattern may mean
 * are found without looking at the others. Pure.
 *
 * Paths have no slash at their ends ("cfg/dev"), are added in git's order (each as if it ended in a
 * slash, byte by byte: parents before children), and sealed before the first search.
 *
 * Ownership: the caller's; paths are copied.
 * Errors:    CR_ELIMIT more than DIRECTORY_LIST_MAX, or longer than DIRECTORY_LIST_BYTES_MAX all
 *            together; CR_ENOMEM.
 * Threads:   one at a time.
 *
 * Of a pattern the text before its first star, and its last segment without one, lead to what is
 * looked at: "foo*" to what begins so, "*" and then "/foo" to those called foo. Only a pattern that
 * begins with a star and has one in each segment needs a look at all.
 */
#ifndef DIRECTORY_LIST_H
#define DIRECTORY_LIST_H

#include "cr_err.h"
#include "cr_slice.h"

enum {
    DIRECTORY_LIST_MAX = 250000,
    DIRECTORY_LIST_BYTES_MAX = 16 * 1024 * 1024,
};

struct directory_list;

struct directory_list *directory_list_new(void); /* NULL: no memory */
void directory_list_free(struct directory_list *list);

CR_MUST_CHECK int directory_list_add(struct directory_list *list, const char *path,
                                     struct cr_err *err);
CR_MUST_CHECK int directory_list_seal(struct directory_list *list, struct cr_err *err);

/* Calls visit with every directory that the pattern ("cfg/{*,**,?}") can match, and with some more,
 * parents before children, until it returns other than 0, which is then returned. One may come
 * twice. */
int directory_list_find(const struct directory_list *list, struct cr_slice pattern,
                        int (*visit)(const char *path, void *ctx), void *ctx);

#endif
