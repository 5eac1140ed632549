/* cr_run_file: <crema.home>/run/<daemon>.json, by which others find a running daemon.
 *
 * Content:   {"pid":4711,"port":9091,"name":"..."}; written whole or not at all, removed at the
 * end. Errors:    cr_run_file_port: CR_ENOTFOUND when there is none or its process is gone.
 * Threads:   main.
 */
#ifndef CR_RUN_FILE_H
#define CR_RUN_FILE_H

#include "cr_arena.h"
#include "cr_buf.h"
#include "cr_err.h"

CR_MUST_CHECK int cr_run_file_write(const char *home, const char *daemon, int port,
                                    struct cr_err *err);
/* Only if it is this process's own. */
void cr_run_file_remove(const char *home, const char *daemon);
CR_MUST_CHECK int cr_run_file_port(const char *home, const char *daemon, int *out_port);

/* What a daemon does that cannot be asked yet, or why it ended: <crema.home>/run/<daemon>.state,
 * for
 * --healthcheck. Best effort; NULL removes it. */
void cr_run_note(const char *home, const char *daemon, const char *text);
/* Appends a sentence made of it; CR_ENOTFOUND where there is none. */
CR_MUST_CHECK int cr_run_note_read(const char *home, const char *daemon, struct cr_buf *out);

/* Where a daemon whose module owns server.port serves its admin side; NULL when out of memory. */
const char *cr_run_socket_path(const char *home, const char *daemon, struct cr_arena *arena);

#endif
