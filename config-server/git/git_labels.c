/* git_labels: two maps, before and after, and the differences of trees between them. */
#include "git_labels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cr_arena.h"
#include "cr_map.h"
#include "git_repo_private.h"

GIT_FREEP(diff)
GIT_FREEP(reference_iterator)
GIT_FREEP(tree)

struct git_labels {
    struct cr_mutex lock;
    struct cr_map *known; /* label -> struct git_repo_id */
};

struct git_labels *git_labels_new(void)
{
    struct git_labels *labels = calloc(1, sizeof(*labels));
    struct cr_map *known = cr_map_new(GIT_LABELS_MAX, free);
    if (!labels || !known) {
        cr_map_free(known);
        free(labels);
        return NULL;
    }
    cr_mutex_init(&labels->lock);
    labels->known = known;
    return labels;
}

void git_labels_free(struct git_labels *labels)
{
    if (!labels)
        return;
    cr_map_free(labels->known);
    cr_mutex_fini(&labels->lock);
    free(labels);
}

/* --- what is there --- */

/* Of equal names the first one counts, as in git_repo_resolve. */
static int add_label(struct cr_map *found, struct cr_slice label, const struct git_repo_id *commit)
{
    if (cr_map_get(found, label) || cr_slice_is(label, "HEAD"))
        return 0;
    struct git_repo_id *copy = malloc(sizeof(*copy));
    if (!copy)
        return CR_ENOMEM;
    *copy = *commit;
    int rc = cr_map_put(found, label, copy);
    if (rc < 0)
        free(copy);
    return rc == CR_ELIMIT ? 0 : rc;
}

static int add_kind(git_repository *handle, const char *prefix, struct cr_map *found,
                    struct cr_err *err)
{
    GIT_AUTO(reference_iterator) names = NULL;
    char glob[64];
    const char *name;
    int rc = 0, more = 0;
    (void)snprintf(glob, sizeof(glob), "%s*", prefix);
    if (git_reference_iterator_glob_new(&names, handle, glob) < 0)
        return git_failed(err, CR_EIO, "refs of", git_repository_path(handle));
    while (rc == 0 && (more = git_reference_next_name(&name, names)) == 0) {
        struct git_repo_id commit;
        struct cr_slice label = cr_slice_of(name + strlen(prefix));
        if (git_resolve_reference(handle, prefix, label, &commit, NULL) == 0)
            rc = add_label(found, label, &commit);
    }
    if (rc == 0 && more != GIT_ITEROVER)
        return git_failed(err, CR_EIO, "refs of", git_repository_path(handle));
    return rc < 0 ? cr_err_set(err, rc, "out of memory") : 0;
}

/* Under the repository's lock. */
static int find_labels(git_repository *handle, struct cr_map *found, struct cr_err *err)
{
    static const char *const prefixes[] = {"refs/heads/", "refs/remotes/origin/", "refs/tags/"};
    int rc = 0;
    for (size_t i = 0; i < CR_COUNT(prefixes) && rc == 0; i++)
        rc = add_kind(handle, prefixes[i], found, err);
    return rc;
}

/* --- what changed --- */

/* Moves in the arena, until they can be told without a lock. */
struct moves {
    struct cr_arena *arena;
    struct git_move *items;
    size_t count;
};

/* What cannot be compared, as an old commit that is gone, counts as everything. */
static void compare_trees(git_repository *handle, const struct git_repo_id *from,
                          const struct git_repo_id *to, struct cr_arena *arena,
                          struct git_move *move)
{
    GIT_AUTO(tree) before = NULL;
    GIT_AUTO(tree) after = NULL;
    GIT_AUTO(diff) diff = NULL;
    move->everything = true;
    if (git_commit_tree_of(handle, from, &before, NULL) < 0 ||
        git_commit_tree_of(handle, to, &after, NULL) < 0 ||
        git_diff_tree_to_tree(&diff, handle, before, after, NULL) < 0)
        return;
    size_t count = git_diff_num_deltas(diff);
    struct cr_slice *paths =
        count <= GIT_LABEL_PATHS_MAX ? cr_arena_array(arena, count + 1, sizeof(*paths)) : NULL;
    for (size_t i = 0; i < count && paths; i++)
        paths[i] = cr_slice_of(cr_arena_text(arena, git_diff_get_delta(diff, i)->new_file.path));
    if (!paths || cr_arena_failed(arena))
        return;
    move->everything = false;
    move->paths = paths;
    move->path_count = count;
}

static void add_move(struct moves *moves, git_repository *handle, struct cr_slice label,
                     const struct git_repo_id *from, const struct git_repo_id *to)
{
    struct cr_arena *arena = moves->arena;
    if (from && to && strcmp(from->hex, to->hex) == 0)
        return;
    struct git_move *move = &moves->items[moves->count];
    *move = (struct git_move){
        .label = {cr_arena_slice(arena, label), label.len},
        .from = from ? cr_arena_text(arena, from->hex) : "",
        .to = to ? cr_arena_text(arena, to->hex) : "",
        .everything = true,
    };
    if (from && to)
        compare_trees(handle, from, to, arena, move);
    if (move->label.ptr && move->from && move->to)
        moves->count++;
}

/* Under the repository's lock, since old and new trees are read. */
static int find_moves(git_repository *handle, const struct cr_map *known,
                      const struct cr_map *found, struct moves *moves)
{
    size_t most = cr_map_count(known) + cr_map_count(found), cursor = 0;
    struct cr_slice label;
    void *commit;
    moves->items = cr_arena_array(moves->arena, most + 1, sizeof(*moves->items));
    if (!moves->items)
        return CR_ENOMEM;
    while (cr_map_next(found, &cursor, &label, &commit))
        add_move(moves, handle, label, cr_map_get(known, label), commit);
    cursor = 0;
    while (cr_map_next(known, &cursor, &label, &commit))
        if (!cr_map_get(found, label))
            add_move(moves, handle, label, commit, NULL);
    return 0;
}

/* moves NULL: they are not wanted. */
static int look(struct git_labels *labels, struct git_repo *repo, struct moves *moves,
                struct cr_err *err)
{
    CR_LOCKED(&labels->lock);
    CR_LOCKED(&repo->lock);
    if (!repo->handle)
        return git_repo_absent(repo, err);
    CR_AUTO_MAP found = cr_map_new(GIT_LABELS_MAX, free);
    if (!found)
        return cr_err_set(err, CR_ENOMEM, "out of memory");
    int rc = find_labels(repo->handle, found, err);
    if (rc == 0 && moves && find_moves(repo->handle, labels->known, found, moves) < 0)
        rc = cr_err_set(err, CR_ENOMEM, "out of memory");
    if (rc < 0)
        return rc;
    cr_map_free(labels->known);
    labels->known = cr_steal(&found);
    return 0;
}

int git_labels_look(struct git_labels *labels, struct git_repo *repo,
                    void (*moved)(void *ctx, const struct git_move *move), void *ctx,
                    struct cr_err *err)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct moves moves = {.arena = arena};
    int rc = arena ? look(labels, repo, moved ? &moves : NULL, err)
                   : cr_err_set(err, CR_ENOMEM, "out of memory");
    for (size_t i = 0; i < moves.count && rc == 0; i++)
        moved(ctx, &moves.items[i]);
    return rc;
}

void git_labels_each(struct git_labels *labels,
                     void (*visit)(void *ctx, struct cr_slice label, const char *commit), void *ctx)
{
    CR_LOCKED(&labels->lock);
    size_t cursor = 0;
    struct cr_slice label;
    void *commit;
    while (cr_map_next(labels->known, &cursor, &label, &commit))
        visit(ctx, label, ((struct git_repo_id *)commit)->hex);
}
