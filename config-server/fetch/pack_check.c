/* pack_check: each tree once, but for what it shares with one that is known to be whole. */
#include "pack_check.h"

#include <string.h>

#include "cr_map.h"
#include "git_auto.h"

enum { DEPTH_MAX = 1024 };

struct check {
    git_repository *repository;
    git_odb *objects;
    struct cr_map *seen; /* trees, by their ids */
    const char *ref;     /* the one that is looked at */
    void (*progress)(void *ctx);
    void *ctx;
    struct cr_err *err;
};

GIT_FREEP(object)
GIT_FREEP(odb)
GIT_FREEP(tree)

static struct cr_slice key_of(const git_oid *id)
{
    return (struct cr_slice){(const char *)id->id, sizeof(id->id)};
}

/* What libgit2 says of an object that it does not have, as what it means; or as it is. */
static int fail(const struct check *check, int rc, const git_oid *id)
{
    char hex[GIT_OID_HEXSZ + 1];
    git_oid_tostr(hex, sizeof(hex), id);
    if (rc == GIT_ENOTFOUND)
        return cr_err_set(check->err, CR_EPARSE,
                          "the remote did not send all that '%s' needs: object %s is missing",
                          check->ref, hex);
    const git_error *last = git_error_last();
    return cr_err_set(check->err, CR_EIO, "'%s': object %s: %s", check->ref, hex,
                      last ? last->message : "unknown error of git");
}

static int check_tree(const struct check *check, const git_oid *id, const git_tree *known,
                      unsigned depth);

/* known: the entry of the same name in a tree that is whole, or NULL. */
static int check_entry(const struct check *check, const git_tree_entry *entry,
                       const git_tree_entry *known, unsigned depth)
{
    const git_oid *id = git_tree_entry_id(entry);
    GIT_AUTO(tree) below = NULL;
    if (known && git_oid_equal(id, git_tree_entry_id(known)))
        return 0;
    if (git_tree_entry_type(entry) == GIT_OBJECT_COMMIT) /* a submodule's, which is elsewhere */
        return 0;
    if (git_tree_entry_type(entry) != GIT_OBJECT_TREE)
        return git_odb_exists(check->objects, id) ? 0 : fail(check, GIT_ENOTFOUND, id);
    if (known && git_tree_entry_type(known) == GIT_OBJECT_TREE)
        (void)git_tree_lookup(&below, check->repository, git_tree_entry_id(known));
    return check_tree(check, id, below, depth + 1);
}

static int check_tree(const struct check *check, const git_oid *id, const git_tree *known,
                      unsigned depth)
{
    static char mark;
    GIT_AUTO(tree) tree = NULL;
    if (cr_map_get(check->seen, key_of(id)))
        return 0;
    if (depth > DEPTH_MAX)
        return cr_err_set(check->err, CR_ELIMIT, "'%s' has more than %d folders in each other",
                          check->ref, DEPTH_MAX);
    int rc = git_tree_lookup(&tree, check->repository, id);
    if (rc < 0)
        return fail(check, rc, id);
    check->progress(check->ctx);
    for (size_t i = 0; i < git_tree_entrycount(tree); i++) {
        const git_tree_entry *entry = git_tree_entry_byindex(tree, i);
        const git_tree_entry *same =
            known ? git_tree_entry_byname(known, git_tree_entry_name(entry)) : NULL;
        rc = check_entry(check, entry, same, depth);
        if (rc < 0)
            return rc;
    }
    rc = cr_map_put(check->seen, key_of(id), &mark);
    return rc < 0 ? cr_err_set(check->err, rc, "out of memory") : 0;
}

static int peel_to_tree(const struct check *check, const git_oid *id, git_object **out_tree)
{
    GIT_AUTO(object) object = NULL;
    int rc = git_object_lookup(&object, check->repository, id, GIT_OBJECT_ANY);
    return rc < 0 ? rc : git_object_peel(out_tree, object, GIT_OBJECT_TREE);
}

/* The tree behind a commit or tag. What has none, such as a tag of a file, is no configuration. */
static int find_tree(const struct check *check, const git_oid *id, git_object **out_tree)
{
    int rc = peel_to_tree(check, id, out_tree);
    if (rc == GIT_EPEEL || rc == GIT_EINVALIDSPEC || rc == GIT_EAMBIGUOUS)
        return 0;
    return rc < 0 ? fail(check, rc, id) : 0;
}

/* Puts *tree into the place of *known, if there is one. */
static void take(git_object **known, git_object **tree)
{
    if (!*tree)
        return;
    git_object_free(*known);
    *known = cr_steal(tree);
}

/* *known: a tree that is whole, or NULL; the head's own afterwards. */
static int check_head(struct check *check, const git_remote_head *head, git_object **known)
{
    GIT_AUTO(object) tree = NULL;
    git_oid before;
    check->ref = head->name;
    if (strncmp(head->name, "refs/heads/", 11) != 0 && strncmp(head->name, "refs/tags/", 10) != 0)
        return 0;
    if (git_reference_name_to_id(&before, check->repository, head->name) == 0) {
        if (git_oid_equal(&before, &head->oid))
            return 0;
        (void)peel_to_tree(check, &before, &tree);
        take(known, &tree);
    }
    int rc = find_tree(check, &head->oid, &tree);
    if (rc < 0 || !tree)
        return rc;
    rc = check_tree(check, git_object_id(tree), (const git_tree *)*known, 0);
    if (rc == 0)
        take(known, &tree);
    return rc;
}

int pack_check(git_repository *repository, git_remote *remote, void (*progress)(void *ctx),
               void *ctx, struct cr_err *err)
{
    GIT_AUTO(odb) objects = NULL;
    GIT_AUTO(object) known = NULL;
    CR_AUTO_MAP seen = cr_map_new(0, NULL);
    const git_remote_head **heads;
    size_t count;
    if (!seen)
        return cr_err_set(err, CR_ENOMEM, "out of memory");
    if (git_remote_ls(&heads, &count, remote) < 0 || git_repository_odb(&objects, repository) < 0)
        return cr_err_set(err, CR_EIO, "%s", git_error_last()->message);
    struct check check = {.repository = repository,
                          .objects = objects,
                          .seen = seen,
                          .progress = progress,
                          .ctx = ctx,
                          .err = err};
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < count; i++)
        rc = check_head(&check, heads[i], &known);
    return rc;
}
