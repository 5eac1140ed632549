/* git_repo: labels, commits and blobs of a local repository through libgit2. */
#include "git_repo_private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cr_hex.h"
#include "cr_thread.h"
#include "git_loose.h"

enum {
    MAPPED_BYTES_MAX = 32 * 1024 * 1024, /* of pack files, all together */
    OBJECT_CACHE_BYTES_MAX = 1024 * 1024,
    ID_DIGITS_MIN = 4,
    ID_DIGITS = 40,
    LINK_PATH_MAX = 4096,
    LINKS_MAX = 8, /* followed for one file */
};

GIT_FREEP(object)
GIT_FREEP(reference)
GIT_FREEP(repository)
GIT_FREEP(commit)
GIT_FREEP(tree_entry)
GIT_FREEP(blob)
GIT_FREEP(odb)

int git_failed(struct cr_err *err, int code, const char *what, const char *name)
{
    const git_error *last = git_error_last();
    return cr_err_set(err, code, "%s '%s': %s", what, name,
                      last && last->message ? last->message : "unknown error of git");
}

int git_library_start(struct cr_err *err)
{
    if (git_libgit2_init() < 0)
        return git_failed(err, CR_EINTERNAL, "git library", "libgit2");
    (void)git_libgit2_opts(GIT_OPT_SET_MWINDOW_MAPPED_LIMIT, (size_t)MAPPED_BYTES_MAX);
    (void)git_libgit2_opts(GIT_OPT_SET_CACHE_MAX_SIZE, (ssize_t)OBJECT_CACHE_BYTES_MAX);
    return 0;
}

/* Where git's own files are: directory/.git if that is a directory, else the directory itself. */
static char *find_git_directory(const char *directory, struct cr_err *err)
{
    struct stat info;
    if (stat(directory, &info) < 0) {
        int code = errno == ENOENT || errno == ENOTDIR ? CR_ENOTFOUND : CR_EIO;
        cr_err_errno(err, code, errno, "git repository '%s'", directory);
        return NULL;
    }
    if (!S_ISDIR(info.st_mode)) {
        cr_err_set(err, CR_EINVAL, "git repository '%s': not a directory", directory);
        return NULL;
    }
    char *inner = NULL;
    if (asprintf(&inner, "%s/.git", directory) < 0) {
        cr_err_set(err, CR_ENOMEM, "git repository '%s': out of memory", directory);
        return NULL;
    }
    if (stat(inner, &info) == 0 && S_ISDIR(info.st_mode))
        return inner;
    free(inner);
    char *bare = strdup(directory);
    if (!bare)
        cr_err_set(err, CR_ENOMEM, "git repository '%s': out of memory", directory);
    return bare;
}

/* As bare, whatever it is: no work tree is looked at, and git's check of the directory's owner,
 * which protects work trees with hooks and settings, does not apply. */
static int open_handle(const char *directory, git_repository **out_handle, struct cr_err *err)
{
    if (git_repository_open_bare(out_handle, directory) == 0)
        return 0;
    struct stat info;
    if (stat(directory, &info) < 0)
        return cr_err_errno(err, CR_ENOTFOUND, errno, "git repository '%s'", directory);
    return cr_err_set(err, CR_EINVAL,
                      "git repository '%s': neither a bare repository nor a directory with .git in "
                      "it",
                      directory);
}

static int new_repo(const char *directory, git_repository *handle, struct git_repo **out_repo,
                    struct cr_err *err)
{
    struct git_repo *repo = calloc(1, sizeof(*repo));
    char *copy = strdup(directory);
    if (!repo || !copy) {
        free(repo);
        free(copy);
        return cr_err_set(err, CR_ENOMEM, "git repository: out of memory");
    }
    cr_mutex_init(&repo->lock);
    repo->handle = handle;
    repo->directory = copy;
    *out_repo = repo;
    return 0;
}

int git_repo_open(const char *directory, struct git_repo **out_repo, struct cr_err *err)
{
    CR_AUTO_FREE char *git_directory = find_git_directory(directory, err);
    if (!git_directory)
        return err ? err->code : CR_ENOTFOUND;
    int rc = git_library_start(err);
    if (rc < 0)
        return rc;
    git_repository *handle = NULL;
    rc = open_handle(git_directory, &handle, err);
    if (rc == 0)
        rc = git_loose_add(handle, git_directory, err);
    if (rc == 0)
        rc = new_repo(git_directory, handle, out_repo, err);
    if (rc < 0) {
        git_repository_free(handle);
        git_libgit2_shutdown();
    }
    return rc;
}

int git_repo_expect(const char *directory, struct git_repo **out_repo, struct cr_err *err)
{
    int rc = git_library_start(err);
    if (rc < 0)
        return rc;
    rc = new_repo(directory, NULL, out_repo, err);
    if (rc < 0)
        git_libgit2_shutdown();
    return rc;
}

/* Under lock, or where nobody else is any more. */
static void forget_trees(struct git_repo *repo)
{
    for (size_t i = 0; i < CR_COUNT(repo->trees); i++) {
        git_tree_free(repo->trees[i].tree);
        repo->trees[i] = (struct git_known_tree){0};
    }
}

static void forget_directories(struct git_repo *repo)
{
    for (size_t i = 0; i < CR_COUNT(repo->directories); i++) {
        directory_list_free(repo->directories[i].list);
        repo->directories[i] = (struct git_known_directories){.list = NULL};
    }
}

void git_repo_close(struct git_repo *repo)
{
    if (!repo)
        return;
    forget_trees(repo);
    forget_directories(repo);
    git_repository_free(repo->handle);
    cr_mutex_fini(&repo->lock);
    free(repo->directory);
    free(repo);
    git_libgit2_shutdown();
}

const char *git_repo_directory(const struct git_repo *repo)
{
    return repo->directory;
}

int git_repo_reopen(struct git_repo *repo, struct cr_err *err)
{
    GIT_AUTO(repository) handle = NULL;
    int rc = open_handle(repo->directory, &handle, err);
    if (rc < 0)
        return rc;
    /* The old one goes first: libgit2 shares open packs by their paths, and a mirror that was
     * cloned anew has other packs by the same names. */
    CR_LOCKED(&repo->lock);
    forget_trees(repo);
    git_repository_free(repo->handle);
    repo->handle = handle;
    handle = NULL;
    return git_loose_add(repo->handle, repo->directory, err);
}

int git_repo_absent(const struct git_repo *repo, struct cr_err *err)
{
    return cr_err_set(err, CR_EUNAVAILABLE, "git repository '%s' is not there yet",
                      repo->directory);
}

/* --- labels --- */

static bool is_hex(struct cr_slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (cr_hex_value(text.ptr[i]) < 0)
            return false;
    return true;
}

static int commit_id_of(git_object *object, struct git_repo_id *out_commit)
{
    GIT_AUTO(object) commit = NULL;
    if (git_object_peel(&commit, object, GIT_OBJECT_COMMIT) < 0)
        return CR_ENOTFOUND;
    git_oid_tostr(out_commit->hex, sizeof(out_commit->hex), git_object_id(commit));
    return 0;
}

int git_resolve_reference(git_repository *handle, const char *prefix, struct cr_slice label,
                          struct git_repo_id *out_commit, struct cr_err *err)
{
    char name[GIT_REFERENCE_NAME_MAX];
    int len = snprintf(name, sizeof(name), "%s%.*s", prefix, CR_SLICE_ARG(label));
    int valid = 0;
    if (len < 0 || (size_t)len >= sizeof(name) || git_reference_name_is_valid(&valid, name) < 0 ||
        !valid)
        return CR_ENOTFOUND;
    GIT_AUTO(reference) reference = NULL;
    GIT_AUTO(object) target = NULL;
    if (git_reference_lookup(&reference, handle, name) < 0)
        return CR_ENOTFOUND;
    if (git_reference_peel(&target, reference, GIT_OBJECT_ANY) < 0)
        return git_failed(err, CR_EIO, "commit of", name);
    return commit_id_of(target, out_commit);
}

static int resolve_id(git_repository *handle, struct cr_slice label, struct git_repo_id *out_commit)
{
    if (label.len < ID_DIGITS_MIN || label.len > ID_DIGITS || !is_hex(label))
        return CR_ENOTFOUND;
    git_oid begin, id;
    GIT_AUTO(odb) odb = NULL;
    GIT_AUTO(object) object = NULL;
    if (git_oid_fromstrn(&begin, label.ptr, label.len) < 0 ||
        git_repository_odb(&odb, handle) < 0 ||
        git_odb_exists_prefix(&id, odb, &begin, label.len) < 0 ||
        git_object_lookup(&object, handle, &id, GIT_OBJECT_ANY) < 0)
        return CR_ENOTFOUND;
    return commit_id_of(object, out_commit);
}

int git_repo_unknown_label(struct cr_slice label, struct cr_err *err)
{
    return cr_err_set(err, CR_ENOTFOUND, "label '%.*s': no such branch, tag or commit",
                      CR_SLICE_ARG(label));
}

int git_repo_resolve(struct git_repo *repo, struct cr_slice label, struct git_repo_id *out_commit,
                     struct cr_err *err)
{
    static const char *const prefixes[] = {"refs/heads/", "refs/remotes/origin/", "refs/tags/"};
    if (label.len == 0 || memchr(label.ptr, '\0', label.len))
        return cr_err_set(err, CR_EINVAL, "label '%.*s': not a name", CR_SLICE_ARG(label));
    CR_LOCKED(&repo->lock);
    if (!repo->handle)
        return git_repo_absent(repo, err);
    for (size_t i = 0; i < CR_COUNT(prefixes); i++) {
        int rc = git_resolve_reference(repo->handle, prefixes[i], label, out_commit, err);
        if (rc != CR_ENOTFOUND)
            return rc;
    }
    if (resolve_id(repo->handle, label, out_commit) == 0)
        return 0;
    return git_repo_unknown_label(label, err);
}

/* --- files --- */

int git_commit_tree_of(git_repository *handle, const struct git_repo_id *commit,
                       git_tree **out_tree, struct cr_err *err)
{
    git_oid id;
    GIT_AUTO(commit) object = NULL;
    if (git_oid_fromstr(&id, commit->hex) < 0 || git_commit_lookup(&object, handle, &id) < 0 ||
        git_commit_tree(out_tree, object) < 0)
        return git_failed(err, CR_EIO, "commit", commit->hex);
    return 0;
}

static int check_entry(const git_tree_entry *entry, const char *path, struct cr_err *err)
{
    switch (git_tree_entry_filemode(entry)) {
    case GIT_FILEMODE_BLOB:
    case GIT_FILEMODE_BLOB_EXECUTABLE:
        return 0;
    case GIT_FILEMODE_LINK:
    case GIT_FILEMODE_UNREADABLE:
    case GIT_FILEMODE_TREE:
    case GIT_FILEMODE_COMMIT:
    default:
        return cr_err_set(err, CR_ENOTFOUND, "'%s' is not a file", path);
    }
}

static int read_blob(git_repository *handle, const git_oid *id, const char *path,
                     struct cr_buf *out, struct cr_err *err)
{
    GIT_AUTO(odb) odb = NULL;
    size_t size = 0;
    git_object_t type = GIT_OBJECT_INVALID;
    if (git_repository_odb(&odb, handle) < 0 || git_odb_read_header(&size, &type, odb, id) < 0)
        return git_failed(err, CR_EIO, "file", path);
    if (out->max && size > out->max)
        return cr_err_set(err, CR_ELIMIT, "'%s' has %zu bytes, more than the %zu allowed", path,
                          size, out->max);
    GIT_AUTO(blob) blob = NULL;
    if (git_blob_lookup(&blob, handle, id) < 0)
        return git_failed(err, CR_EIO, "file", path);
    cr_buf_append(out, git_blob_rawcontent(blob), (size_t)git_blob_rawsize(blob));
    int rc = cr_buf_status(out);
    return rc < 0 ? cr_err_set(err, rc, "'%s': %s", path, cr_code_name(rc)) : 0;
}

/* --- links --- */

/* The link that stands in the way of a path: all of it, or a directory of it. */
struct link {
    char path[LINK_PATH_MAX]; /* of the link */
    const char *rest;         /* of the path, behind the link: "" or "/foo.yml" */
    git_oid target;           /* the blob that says where it leads */
};

static bool is_link(const git_tree *tree, const char *path, size_t len, struct link *link)
{
    GIT_AUTO(tree_entry) entry = NULL;
    if (len >= sizeof(link->path))
        return false;
    memcpy(link->path, path, len);
    link->path[len] = '\0';
    if (git_tree_entry_bypath(&entry, tree, link->path) < 0 ||
        git_tree_entry_filemode(entry) != GIT_FILEMODE_LINK)
        return false;
    link->rest = path + len;
    git_oid_cpy(&link->target, git_tree_entry_id(entry));
    return true;
}

static bool find_link(const git_tree *tree, const char *path, struct link *link)
{
    for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
        if (is_link(tree, path, (size_t)(slash - path), link))
            return true;
    }
    return is_link(tree, path, strlen(path), link);
}

/* Segments behind those that are in out, ".." takes one away; false where they step out. */
static bool append_segments(struct cr_slice text, struct cr_buf *out)
{
    struct cr_slice segment;
    while (cr_slice_split(&text, '/', &segment)) {
        if (segment.len == 0 || cr_slice_is(segment, "."))
            continue;
        if (cr_slice_is(segment, "..")) {
            ptrdiff_t slash = cr_slice_find_last(cr_buf_view(out), '/');
            if (out->len == 0)
                return false;
            out->len = slash < 0 ? 0 : (size_t)slash;
            continue;
        }
        if (out->len > 0)
            cr_buf_char(out, '/');
        cr_buf_slice(out, segment);
    }
    return true;
}

/* What a path means once its link is followed. */
static int follow(git_repository *handle, const struct link *link, char out_path[LINK_PATH_MAX],
                  struct cr_err *err)
{
    CR_AUTO(cr_buf) target = {.max = LINK_PATH_MAX - 1}, path = {.max = LINK_PATH_MAX - 1};
    int rc = read_blob(handle, &link->target, link->path, &target, err);
    if (rc < 0)
        return rc;
    struct cr_slice own = cr_slice_of(link->path), to = cr_buf_view(&target);
    ptrdiff_t slash = cr_slice_find_last(own, '/');
    bool inside = to.len > 0 && to.ptr[0] != '/' && !memchr(to.ptr, '\0', to.len) &&
                  append_segments(cr_slice_sub(own, 0, slash < 0 ? 0 : (size_t)slash), &path) &&
                  append_segments(to, &path) && append_segments(cr_slice_of(link->rest), &path);
    if (!inside || cr_buf_status(&path) < 0)
        return cr_err_set(err, CR_EINVAL,
                          "'%s' is a symbolic link that leads out of the repository, which is not "
                          "followed: commit the file itself",
                          link->path);
    memcpy(out_path, path.len > 0 ? path.data : "", path.len);
    out_path[path.len] = '\0';
    return 0;
}

/* The entry of a path, links followed within the tree. */
static int find_entry(git_repository *handle, const git_tree *tree, const char *path,
                      git_tree_entry **out_entry, struct cr_err *err)
{
    char now[LINK_PATH_MAX];
    struct link link;
    if (snprintf(now, sizeof(now), "%s", path) >= (int)sizeof(now))
        return cr_err_set(err, CR_ENOTFOUND, "'%s': no such file", path);
    for (int i = 0; i < LINKS_MAX; i++) {
        GIT_AUTO(tree_entry) entry = NULL;
        int found = *now ? git_tree_entry_bypath(&entry, tree, now) : GIT_ENOTFOUND;
        if (found < 0 && found != GIT_ENOTFOUND)
            return git_failed(err, CR_EIO, "file", path);
        if (found == 0 && git_tree_entry_filemode(entry) != GIT_FILEMODE_LINK) {
            *out_entry = entry;
            entry = NULL;
            return 0;
        }
        if (!find_link(tree, now, &link))
            return cr_err_set(err, CR_ENOTFOUND, "'%s': no such file", path);
        int rc = follow(handle, &link, now, err);
        if (rc < 0)
            return rc;
    }
    return cr_err_set(err, CR_EINVAL,
                      "'%s' is a symbolic link that leads to itself, or through more "
                      "than %d others",
                      path, LINKS_MAX);
}

/* A tree of many files is read once, not for each file that is asked for; libgit2's own cache has
 * only small ones. Under lock; belongs to the repository. */
int git_known_tree_of(struct git_repo *repo, const struct git_repo_id *commit, git_tree **out_tree,
                      struct cr_err *err)
{
    for (size_t i = 0; i < CR_COUNT(repo->trees); i++) {
        struct git_known_tree *known = &repo->trees[i];
        if (known->tree && strcmp(known->commit.hex, commit->hex) == 0) {
            *out_tree = known->tree;
            return 0;
        }
    }
    git_tree *tree = NULL;
    int rc = repo->handle ? git_commit_tree_of(repo->handle, commit, &tree, err)
                          : git_repo_absent(repo, err);
    if (rc < 0)
        return rc;
    struct git_known_tree *oldest = &repo->trees[repo->next_tree];
    repo->next_tree = (repo->next_tree + 1) % CR_COUNT(repo->trees);
    git_tree_free(oldest->tree);
    *oldest = (struct git_known_tree){*commit, tree};
    *out_tree = tree;
    return 0;
}

static int find_file(struct git_repo *repo, const struct git_repo_id *commit, const char *path,
                     git_tree_entry **out_entry, struct cr_err *err)
{
    git_tree *tree = NULL;
    int rc = git_known_tree_of(repo, commit, &tree, err);
    if (rc == 0)
        rc = find_entry(repo->handle, tree, path, out_entry, err);
    return rc < 0 ? rc : check_entry(*out_entry, path, err);
}

int git_repo_identify(struct git_repo *repo, const struct git_repo_id *commit, const char *path,
                      struct git_repo_id *out_blob, struct cr_err *err)
{
    CR_LOCKED(&repo->lock);
    GIT_AUTO(tree_entry) entry = NULL;
    int rc = find_file(repo, commit, path, &entry, err);
    if (rc == 0)
        git_oid_tostr(out_blob->hex, sizeof(out_blob->hex), git_tree_entry_id(entry));
    return rc;
}

int git_repo_read(struct git_repo *repo, const struct git_repo_id *commit, const char *path,
                  struct cr_buf *out, struct cr_err *err)
{
    CR_LOCKED(&repo->lock);
    GIT_AUTO(tree_entry) entry = NULL;
    int rc = find_file(repo, commit, path, &entry, err);
    return rc < 0 ? rc : read_blob(repo->handle, git_tree_entry_id(entry), path, out, err);
}
