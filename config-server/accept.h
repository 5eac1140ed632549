/* accept: which form of an environment a client takes. Pure.
 *
 * Threads: any.
 * Source:  RFC 9110 section 12.5.1; config-server reference 1.3.
 */
#ifndef ACCEPT_H
#define ACCEPT_H

#include "cr_slice.h"

enum accept_form {
    ACCEPT_NONE,    /* 406 */
    ACCEPT_PLAIN,   /* application/json */
    ACCEPT_ORIGINS, /* application/vnd.spring-cloud.config-server.v2+json */
};

/* header.ptr NULL: none was sent, which takes everything. Of forms that are liked equally the one
 * named first wins, and the plain one where only a wildcard matches. */
enum accept_form accept_form(struct cr_slice header);

#endif
