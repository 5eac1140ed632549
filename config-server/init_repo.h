/* init_repo: `config-server --init-repo`: a bare repository made from a folder of sample files.
 *
 * Errors:  exit codes 0 (made, or there already), 1, 2, 78, as every daemon's; one line on stderr.
 * Threads: main, before anything else is started.
 *
 * The folder is crema.config.init-from, the repository spring.cloud.config.server.git.uri, the
 * branch the default label; all from the command line, the environment or files, as ever. Hidden
 * files and README.md stay out.
 */
#ifndef INIT_REPO_H
#define INIT_REPO_H

#include <stdbool.h>

/* True when the arguments ask for it; *out_exit is then the process's exit code. */
bool init_repo_main(int argc, char **argv, int *out_exit);

#endif
