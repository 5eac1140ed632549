/* fetch_main: `config-server --fetch`, the process that fetch_child starts: brings one mirror up to
 * date, or makes it, and says how it went.
 *
 * Errors:  in the result on standard output; exit codes 0 (there is a result), 1, 2.
 * Threads: main, and whatever libcurl uses to ask for addresses.
 * Source:  gitrepository-layout(5); config-server reference 3.2, where a bare mirror of all
 * branches and tags stands for the work tree.
 *
 * The mirror is one process's at a time (a lock beside it), so what a killed one left behind can be
 * cleared away. A clone is made beside it and moved into its place when it is complete: a mirror
 * that is seen is whole, and a damaged one is served for as long as there is nothing better.
 * To tidy a mirror is a request of its own, so that no fetch takes longer for it; it may be killed
 * at any time.
 */
#ifndef FETCH_MAIN_H
#define FETCH_MAIN_H

#include <stdbool.h>

/* True when the arguments ask for it; *out_exit is then the process's exit code. */
bool fetch_main(int argc, char **argv, int *out_exit);

#endif
