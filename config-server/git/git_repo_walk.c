/* git_repo_walk: what a commit tells besides its files: its directories and its time. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "git_repo_private.h"

GIT_FREEP(commit)
GIT_FREEP(tree)

/* --- directories --- */

/* Recursion is bounded by GIT_REPO_DEPTH_MAX. */
static int walk_tree(git_repository *handle, const git_tree *tree, const char *path, int depth,
                     struct directory_list *list, struct cr_err *err)
{
    if (depth > GIT_REPO_DEPTH_MAX)
        return cr_err_set(err, CR_ELIMIT, "'%s': directories nested too deeply", path);
    size_t count = git_tree_entrycount(tree);
    for (size_t i = 0; i < count; i++) {
        const git_tree_entry *entry = git_tree_entry_byindex(tree, i);
        if (git_tree_entry_filemode(entry) != GIT_FILEMODE_TREE)
            continue;
        CR_AUTO_FREE char *child = NULL;
        if (asprintf(&child, "%s%s%s", path, *path ? "/" : "", git_tree_entry_name(entry)) < 0)
            return cr_err_set(err, CR_ENOMEM, "out of memory");
        int rc = directory_list_add(list, child, err);
        if (rc != 0)
            return rc;
        GIT_AUTO(tree) inner = NULL;
        if (git_tree_lookup(&inner, handle, git_tree_entry_id(entry)) < 0)
            return git_failed(err, CR_EIO, "directory", child);
        rc = walk_tree(handle, inner, child, depth + 1, list, err);
        if (rc != 0)
            return rc;
    }
    return 0;
}

static int list_directories(git_repository *handle, const git_tree *tree,
                            struct directory_list **out_list, struct cr_err *err)
{
    struct directory_list *list = directory_list_new();
    if (!list)
        return cr_err_set(err, CR_ENOMEM, "out of memory");
    int rc = walk_tree(handle, tree, "", 1, list, err);
    if (rc == 0)
        rc = directory_list_seal(list, err);
    if (rc < 0)
        directory_list_free(list);
    else
        *out_list = list;
    return rc;
}

/* The next directory from *at on; NULL: there is none left. */
static const git_tree_entry *next_directory(const git_tree *tree, size_t *at)
{
    for (size_t count = git_tree_entrycount(tree); *at < count;) {
        const git_tree_entry *entry = git_tree_entry_byindex(tree, (*at)++);
        if (git_tree_entry_filemode(entry) == GIT_FILEMODE_TREE)
            return entry;
    }
    return NULL;
}

/* Most commits change files only, and then no directories but those above them need be read.
 * Recursion is bounded as walk_tree's is: one of the two was listed. */
static bool has_same_directories(git_repository *handle, const git_tree *one, const git_tree *other)
{
    size_t one_at = 0, other_at = 0;
    for (;;) {
        const git_tree_entry *a = next_directory(one, &one_at);
        const git_tree_entry *b = next_directory(other, &other_at);
        if (!a || !b)
            return !a && !b;
        if (strcmp(git_tree_entry_name(a), git_tree_entry_name(b)) != 0)
            return false;
        if (git_oid_equal(git_tree_entry_id(a), git_tree_entry_id(b)))
            continue;
        GIT_AUTO(tree) below_one = NULL;
        GIT_AUTO(tree) below_other = NULL;
        if (git_tree_lookup(&below_one, handle, git_tree_entry_id(a)) < 0 ||
            git_tree_lookup(&below_other, handle, git_tree_entry_id(b)) < 0 ||
            !has_same_directories(handle, below_one, below_other))
            return false;
    }
}

static bool is_still_right(git_repository *handle, const struct git_known_directories *known,
                           const git_tree *tree)
{
    GIT_AUTO(tree) before = NULL;
    return known->list && git_tree_lookup(&before, handle, &known->tree) == 0 &&
           has_same_directories(handle, before, tree);
}

/* Under lock. */
static int directories_of(struct git_repo *repo, git_tree *tree,
                          const struct directory_list **out_list, struct cr_err *err)
{
    const git_oid *id = git_tree_id(tree);
    size_t max = CR_COUNT(repo->directories);
    struct git_known_directories *known = repo->directories;
    for (size_t i = 0; i < max; i++)
        if (known[i].list && git_oid_equal(&known[i].tree, id)) {
            *out_list = known[i].list;
            return 0;
        }
    for (size_t i = 0; i < max; i++)
        if (is_still_right(repo->handle, &known[i], tree)) {
            known[i].tree = *id;
            *out_list = known[i].list;
            return 0;
        }
    struct directory_list *list = NULL;
    int rc = list_directories(repo->handle, tree, &list, err);
    if (rc < 0)
        return rc;
    struct git_known_directories *oldest = &known[repo->next_directories];
    repo->next_directories = (repo->next_directories + 1) % max;
    directory_list_free(oldest->list);
    *oldest = (struct git_known_directories){*id, list};
    *out_list = list;
    return 0;
}

int git_repo_directories(struct git_repo *repo, const struct git_repo_id *commit,
                         struct cr_slice pattern, int (*visit)(const char *path, void *ctx),
                         void *ctx, struct cr_err *err)
{
    CR_LOCKED(&repo->lock);
    git_tree *tree = NULL;
    const struct directory_list *list = NULL;
    int rc = git_known_tree_of(repo, commit, &tree, err);
    if (rc == 0)
        rc = directories_of(repo, tree, &list, err);
    return rc < 0 ? rc : directory_list_find(list, pattern, visit, ctx);
}

/* --- time --- */

int git_repo_time(struct git_repo *repo, const struct git_repo_id *commit, int64_t *out_wall_s,
                  struct cr_err *err)
{
    CR_LOCKED(&repo->lock);
    git_oid id;
    GIT_AUTO(commit) object = NULL;
    if (!repo->handle)
        return git_repo_absent(repo, err);
    if (git_oid_fromstr(&id, commit->hex) < 0 || git_commit_lookup(&object, repo->handle, &id) < 0)
        return git_failed(err, CR_EIO, "commit", commit->hex);
    *out_wall_s = git_commit_time(object);
    return 0;
}
