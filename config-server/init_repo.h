/* init_repo: a bare repository made from a folder of sample files: by `config-server --init-repo`,
 * or at the first start of the server.
 *
 * Errors:  exit codes 0 (made, or there already), 1, 2, 78, as every daemon's; one line on stderr.
 *          init_repo_when_missing: CR_EINVAL a setting, otherwise what the disk says.
 * Threads: main, before anything else is started.
 *
 * The folder is crema.config.init-from, the repository spring.cloud.config.server.git.uri, the
 * branch the default label; all from the command line, the environment or files, as ever. Hidden
 * files and README.md stay out.
 */
#ifndef INIT_REPO_H
#define INIT_REPO_H

#include <stdbool.h>

#include "config_settings.h"

/* True when the arguments ask for it; *out_exit is then the process's exit code. */
bool init_repo_main(int argc, char **argv, int *out_exit);

struct cr_environment;
struct cr_log;
/* Makes the local repository that the settings name when it is not there yet and
 * crema.config.init-from is set; one line in the log tells. Otherwise does nothing. */
CR_MUST_CHECK int init_repo_when_missing(const struct config_settings *settings,
                                         const struct cr_environment *environment,
                                         const struct cr_log *log, struct cr_err *err);

#endif
