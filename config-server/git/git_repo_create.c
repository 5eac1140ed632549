/* git_repo_create: a new bare repository with one commit. */
#include "git_repo_private.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "git_loose.h"

GIT_FREEP(repository)
GIT_FREEP(tree)
GIT_FREEP(index)
GIT_FREEP(signature)

static bool is_empty_directory(const char *directory)
{
    DIR *entries = opendir(directory);
    if (!entries)
        return errno == ENOENT;
    bool empty = true;
    struct dirent *entry;
    while (empty && (entry = readdir(entries)))
        empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
    closedir(entries);
    return empty;
}

static bool has_no_refs(const char *directory)
{
    GIT_AUTO(repository) handle = NULL;
    git_strarray names = {0};
    if (git_repository_open_bare(&handle, directory) < 0 || git_reference_list(&names, handle) < 0)
        return false;
    bool none = names.count == 0;
    git_strarray_dispose(&names);
    return none;
}

bool git_repo_is_vacant(const char *directory)
{
    if (is_empty_directory(directory))
        return true;
    if (git_library_start(NULL) < 0)
        return false;
    bool vacant = has_no_refs(directory);
    git_libgit2_shutdown();
    return vacant;
}

static int open_or_init(const char *directory, const char *branch, git_repository **out_handle,
                        struct cr_err *err)
{
    GIT_AUTO(repository) handle = NULL;
    if (git_repository_open_bare(&handle, directory) == 0) {
        int rc = git_loose_add(handle, directory, err);
        if (rc == 0) {
            *out_handle = handle;
            handle = NULL;
        }
        return rc;
    }
    git_repository_init_options options = {.version = GIT_REPOSITORY_INIT_OPTIONS_VERSION};
    options.flags = GIT_REPOSITORY_INIT_BARE | GIT_REPOSITORY_INIT_MKPATH;
    options.initial_head = branch;
    options.description = "Configuration served by Crema's config-server";
    if (git_repository_init_ext(out_handle, directory, &options) < 0)
        return git_failed(err, CR_EIO, "new git repository", directory);
    return 0;
}

static int write_files(git_repository *handle, const struct git_repo_seed *seed,
                       git_tree **out_tree, struct cr_err *err)
{
    GIT_AUTO(index) index = NULL;
    if (git_repository_index(&index, handle) < 0)
        return git_failed(err, CR_EIO, "index of", git_repository_path(handle));
    for (size_t i = 0; i < seed->file_count; i++) {
        const struct git_repo_file *file = &seed->files[i];
        git_index_entry entry = {.mode = GIT_FILEMODE_BLOB, .path = file->path};
        const char *data = file->data.ptr ? file->data.ptr : "";
        if (git_index_add_from_buffer(index, &entry, data, file->data.len) < 0)
            return git_failed(err, CR_EIO, "new file", file->path);
    }
    git_oid id;
    if (git_index_write_tree(&id, index) < 0 || git_tree_lookup(out_tree, handle, &id) < 0)
        return git_failed(err, CR_EIO, "new tree in", git_repository_path(handle));
    return 0;
}

static int create(const char *directory, const struct git_repo_seed *seed,
                  struct git_repo_id *out_commit, struct cr_err *err)
{
    GIT_AUTO(repository) handle = NULL;
    int rc = open_or_init(directory, seed->branch, &handle, err);
    if (rc < 0)
        return rc;
    if (git_resolve_reference(handle, "refs/heads/", cr_slice_of(seed->branch), out_commit, NULL) ==
        0)
        return cr_err_set(err, CR_EEXISTS, "git repository '%s' has a branch '%s' already",
                          directory, seed->branch);
    GIT_AUTO(tree) tree = NULL;
    rc = write_files(handle, seed, &tree, err);
    if (rc < 0)
        return rc;
    char reference[GIT_REFERENCE_NAME_MAX];
    (void)snprintf(reference, sizeof(reference), "refs/heads/%s", seed->branch);
    GIT_AUTO(signature) author = NULL;
    git_oid id;
    if (git_signature_now(&author, seed->author, seed->email) < 0 ||
        git_commit_create(&id, handle, reference, author, author, NULL, seed->message, tree, 0,
                          NULL) < 0)
        return git_failed(err, CR_EIO, "first commit in", directory);
    git_oid_tostr(out_commit->hex, sizeof(out_commit->hex), &id);
    return 0;
}

int git_repo_create(const char *directory, const struct git_repo_seed *seed,
                    struct git_repo_id *out_commit, struct cr_err *err)
{
    int rc = git_library_start(err);
    if (rc < 0)
        return rc;
    rc = create(directory, seed, out_commit, err);
    git_libgit2_shutdown();
    return rc;
}
