/* git_labels: what the branches and tags of a repository mean, and what moved since the last look.
 *
 * Ownership: git_labels_new's belongs to the caller; a move is valid during the call only.
 * Errors:    of a look: those of the repository; what could not be read is found by the next one.
 * Threads:   any; one mutex inside. moved is called without it.
 * Source:    the labels of git_repo_resolve but for ids: local branches, branches of origin, tags.
 */
#ifndef GIT_LABELS_H
#define GIT_LABELS_H

#include "git_repo.h"

struct git_labels;

enum {
    GIT_LABELS_MAX = 10000,      /* further ones are not looked at */
    GIT_LABEL_PATHS_MAX = 20000, /* of one move; beyond them everything counts as changed */
};

struct git_labels *git_labels_new(void);         /* NULL: no memory */
void git_labels_free(struct git_labels *labels); /* NULL is fine */

struct git_move {
    struct cr_slice label;
    const char *from, *to;        /* commits; "" before it was there, and after */
    bool everything;              /* rather than certain paths */
    const struct cr_slice *paths; /* of files that came, changed or went */
    size_t path_count;
};

/* moved NULL: what is there is taken as known, without a word. */
CR_MUST_CHECK int git_labels_look(struct git_labels *labels, struct git_repo *repo,
                                  void (*moved)(void *ctx, const struct git_move *move), void *ctx,
                                  struct cr_err *err);

/* What is known, without looking. No other call may be made within. */
void git_labels_each(struct git_labels *labels,
                     void (*visit)(void *ctx, struct cr_slice label, const char *commit),
                     void *ctx);

#endif
