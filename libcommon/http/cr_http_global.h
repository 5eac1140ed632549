/* cr_http_global: what libcurl and sockets need once per process.
 *
 * Errors:  CR_EIO when libcurl cannot be initialised.
 * Threads: any; every call but the first does nothing. Servers and clients call it themselves.
 * Ignores SIGPIPE and raises the soft limit on descriptors to the hard one (at most 65,536).
 */
#ifndef CR_HTTP_GLOBAL_H
#define CR_HTTP_GLOBAL_H

#include "cr_err.h"

CR_MUST_CHECK int cr_http_global_init(struct cr_err *err);

#endif
