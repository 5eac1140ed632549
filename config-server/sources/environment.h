/* environment: the property sources of an application at one commit, from its files. Pure: files
 * come through an interface.
 *
 * Ownership: the result and all it points to live in the caller's arena.
 * Errors:    what the files say: CR_EPARSE, CR_EINVAL (a key that may not stand there), CR_ELIMIT,
 *            each with the file's path and line; CR_EIO and others as the interface gives them.
 * Threads:   any, one arena each.
 * Source:    Spring Boot ConfigDataEnvironment and Profiles, Spring Cloud Config
 *            NativeEnvironmentRepository; config-server reference 2.2 to 2.4.
 *
 * A walk through GET /foo/dev: the directories are known (search_paths). The files without profile
 * are read first: what they include and group (spring.profiles.include, spring.profiles.group.*)
 * makes the active profiles, unless "default" was asked for. Then every candidate of the resolver
 * that exists gives one source per active document, later ones first; what a document imports goes
 * right before it.
 */
#ifndef ENVIRONMENT_H
#define ENVIRONMENT_H

#include "config_request.h"
#include "cr_arena.h"
#include "cr_buf.h"
#include "cr_err.h"
#include "cr_wire_environment.h"

enum { ENVIRONMENT_PROFILES_MAX = 64 }; /* asked for, included and grouped */

/* The files of one commit. read: CR_ENOTFOUND for an absent file; out's max bounds it. */
enum { ENVIRONMENT_FILE_ID_SIZE = 41 };
struct environment_files {
    int (*read)(void *ctx, const char *path, struct cr_buf *out, struct cr_err *err);
    /* What names a file's content; CR_ENOTFOUND for an absent one. NULL: nothing does. */
    int (*identify)(void *ctx, const char *path, char out_id[ENVIRONMENT_FILE_ID_SIZE],
                    struct cr_err *err);
    void *ctx;
};

struct parsed_files;
struct environment_options {
    /* What source names begin with, without a slash at its end; NULL: they are those of plain
     * files. */
    const char *uri;
    struct config_list directories; /* "" (the root), "cfg/": the weakest first */
    size_t file_max_bytes;
    bool legacy_profiles;        /* the key spring.profiles is a condition; else it is an error */
    struct parsed_files *parsed; /* files that are known already; NULL: all are read */
};

struct environment_sources {
    struct cr_wire_source *items;
    size_t count;
    bool own; /* some come from other files than application*, which all applications share */
};

CR_MUST_CHECK int environment_build(const struct environment_options *options,
                                    const struct environment_files *files,
                                    const struct config_request *request, struct cr_arena *arena,
                                    struct environment_sources *out_sources, struct cr_err *err);

#endif
