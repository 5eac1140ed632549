/* git_repo: commits and files of one local git repository, read from its objects.
 *
 * Ownership: git_repo_open's handle belongs to the caller (git_repo_close); a result is a copy.
 * Errors:    CR_ENOTFOUND no such repository, label or file; CR_ELIMIT a file over the buffer's max
 *            or too many directories; CR_EINVAL what is there is not what it must be (a symbolic
 *            link out of the repository, a name that is no label); CR_EIO git's own complaint;
 * CR_EUNAVAILABLE a repository that is still expected. Texts name the thing. Threads:   any; one
 * mutex inside, since libgit2's handles are not shared safely. Source:    gitrepository-layout(5);
 * config-server reference 3.2 and 3.4 for the order of labels.
 *
 * There is no work tree: a file is (commit, path), so nothing outside the repository can be named
 * and two labels never disturb each other. Besides fetch_main and curl_subtransport, which live in
 * a process of their own, and git_loose, only git_repo*.c and git_labels.c know libgit2.
 */
#ifndef GIT_REPO_H
#define GIT_REPO_H

#include "cr_buf.h"
#include "cr_err.h"
#include "cr_slice.h"

struct git_repo;

/* A commit; 40 hexadecimal digits. */
enum { GIT_REPO_ID_SIZE = 41 };
struct git_repo_id {
    char hex[GIT_REPO_ID_SIZE];
};

enum { GIT_REPO_DEPTH_MAX = 32 }; /* of directories in each other */

/* directory: a bare repository or one with a .git directory in it. */
CR_MUST_CHECK int git_repo_open(const char *directory, struct git_repo **out_repo,
                                struct cr_err *err);
/* A bare repository that comes to stand there later: git_repo_reopen takes it then. */
CR_MUST_CHECK int git_repo_expect(const char *directory, struct git_repo **out_repo,
                                  struct cr_err *err);
void git_repo_close(struct git_repo *repo); /* NULL is fine */

/* Where HEAD, packed-refs and refs/ live. Valid as long as the handle. */
const char *git_repo_directory(const struct git_repo *repo);

/* Looks at the disk anew, as after a change of the refs or a repository that was made again. On
 * failure the handle keeps what it had. */
CR_MUST_CHECK int git_repo_reopen(struct git_repo *repo, struct cr_err *err);

/* The commit that a label means: a local branch, a branch of origin, a tag, or a commit id of 4 to
 * 40 digits, tried in this order. Never an expression ("main~1"). */
CR_MUST_CHECK int git_repo_resolve(struct git_repo *repo, struct cr_slice label,
                                   struct git_repo_id *out_commit, struct cr_err *err);
/* CR_ENOTFOUND, in the words of git_repo_resolve. */
int git_repo_unknown_label(struct cr_slice label, struct cr_err *err);

/* Appends the regular file at path ("cfg/app.yml") to out, whose max bounds it. Symbolic links are
 * followed within the commit; one that leads elsewhere is CR_EINVAL. */
CR_MUST_CHECK int git_repo_read(struct git_repo *repo, const struct git_repo_id *commit,
                                const char *path, struct cr_buf *out, struct cr_err *err);

/* What names the content of the regular file at path: the same file in another commit has it too.
 */
CR_MUST_CHECK int git_repo_identify(struct git_repo *repo, const struct git_repo_id *commit,
                                    const char *path, struct git_repo_id *out_blob,
                                    struct cr_err *err);

/* Calls visit with each directory ("cfg", "cfg/sub") that the pattern can match, and with some more
 * (directory_list_find). All are read once for a commit that has others than the last ones. */
CR_MUST_CHECK int git_repo_directories(struct git_repo *repo, const struct git_repo_id *commit,
                                       struct cr_slice pattern,
                                       int (*visit)(const char *path, void *ctx), void *ctx,
                                       struct cr_err *err);

/* When the commit was made, in seconds since 1970. */
CR_MUST_CHECK int git_repo_time(struct git_repo *repo, const struct git_repo_id *commit,
                                int64_t *out_wall_s, struct cr_err *err);

/* A new bare repository with one commit. */
struct git_repo_file {
    const char *path; /* "application.yml"; directories come of themselves */
    struct cr_slice data;
};
struct git_repo_seed {
    const char *branch;
    const char *author;
    const char *email;
    const char *message;
    const struct git_repo_file *files;
    size_t file_count;
};

/* May git_repo_create work here without touching anybody's files? There is nothing, an empty
 * directory, or a repository without any branch or tag. */
bool git_repo_is_vacant(const char *directory);

/* CR_EEXISTS when a repository with a commit on that branch stands there already. */
CR_MUST_CHECK int git_repo_create(const char *directory, const struct git_repo_seed *seed,
                                  struct git_repo_id *out_commit, struct cr_err *err);

#endif
