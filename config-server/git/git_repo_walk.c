/* git_repo_walk: what a commit tells besides its files: its directories and its time. */
#include <stdio.h>
#include <stdlib.h>

#include "git_repo_private.h"

GIT_FREEP(commit)
GIT_FREEP(tree)

struct walk {
    git_repository *handle;
    int (*visit)(const char *path, void *ctx);
    void *ctx;
    size_t visited;
    struct cr_err *err;
};

/* Recursion is bounded by GIT_REPO_DEPTH_MAX. */
static int walk_tree(struct walk *walk, const git_tree *tree, const char *path, int depth)
{
    if (depth > GIT_REPO_DEPTH_MAX)
        return cr_err_set(walk->err, CR_ELIMIT, "'%s': directories nested too deeply", path);
    size_t count = git_tree_entrycount(tree);
    for (size_t i = 0; i < count; i++) {
        const git_tree_entry *entry = git_tree_entry_byindex(tree, i);
        if (git_tree_entry_filemode(entry) != GIT_FILEMODE_TREE)
            continue;
        if (++walk->visited > GIT_REPO_DIRECTORIES_MAX)
            return cr_err_set(walk->err, CR_ELIMIT, "more than %d directories in the repository",
                              GIT_REPO_DIRECTORIES_MAX);
        CR_AUTO_FREE char *child = NULL;
        if (asprintf(&child, "%s%s%s", path, *path ? "/" : "", git_tree_entry_name(entry)) < 0)
            return cr_err_set(walk->err, CR_ENOMEM, "out of memory");
        int rc = walk->visit(child, walk->ctx);
        if (rc != 0)
            return rc;
        GIT_AUTO(tree) inner = NULL;
        if (git_tree_lookup(&inner, walk->handle, git_tree_entry_id(entry)) < 0)
            return git_failed(walk->err, CR_EIO, "directory", child);
        rc = walk_tree(walk, inner, child, depth + 1);
        if (rc != 0)
            return rc;
    }
    return 0;
}

int git_repo_directories(struct git_repo *repo, const struct git_repo_id *commit,
                         int (*visit)(const char *path, void *ctx), void *ctx, struct cr_err *err)
{
    CR_LOCKED(&repo->lock);
    GIT_AUTO(tree) tree = NULL;
    if (!repo->handle)
        return git_repo_absent(repo, err);
    int rc = git_commit_tree_of(repo->handle, commit, &tree, err);
    if (rc < 0)
        return rc;
    struct walk walk = {.handle = repo->handle, .visit = visit, .ctx = ctx, .err = err};
    return walk_tree(&walk, tree, "", 1);
}

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
