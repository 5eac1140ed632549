/* git_repo_private: what the files of git_repo share of libgit2. */
#ifndef GIT_REPO_PRIVATE_H
#define GIT_REPO_PRIVATE_H

#include "cr_thread.h"
#include "directory_list.h"
#include "git_auto.h"
#include "git_repo.h"

enum { GIT_REFERENCE_NAME_MAX = 1024 };

struct git_known_tree {
    struct git_repo_id commit;
    git_tree *tree; /* NULL: none */
};

/* The directories of a tree, the same as long as the id is. */
struct git_known_directories {
    git_oid tree;
    struct directory_list *list; /* NULL: none */
};

struct git_repo {
    struct cr_mutex lock;
    git_repository *handle;         /* under lock */
    struct git_known_tree trees[2]; /* under lock: of the commits that were read last */
    size_t next_tree;
    struct git_known_directories
        directories[2]; /* under lock: of the trees that were searched last */
    size_t next_directories;
    char *directory;
};

/* Turns libgit2's last error into ours. */
int git_failed(struct cr_err *err, int code, const char *what, const char *name);

int git_library_start(struct cr_err *err);
int git_repo_absent(const struct git_repo *repo, struct cr_err *err); /* CR_EUNAVAILABLE */

/* The commit of prefix + label. CR_ENOTFOUND, err untouched: there is no such reference. */
int git_resolve_reference(git_repository *handle, const char *prefix, struct cr_slice label,
                          struct git_repo_id *out_commit, struct cr_err *err);

/* Under lock: the same, kept for the next ones who ask; it belongs to the repository. */
int git_known_tree_of(struct git_repo *repo, const struct git_repo_id *commit, git_tree **out_tree,
                      struct cr_err *err);
int git_commit_tree_of(git_repository *handle, const struct git_repo_id *commit,
                       git_tree **out_tree, struct cr_err *err);

#endif
