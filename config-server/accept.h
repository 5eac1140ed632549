/* accept: which form of an answer a client takes. Pure.
 *
 * Threads: any.
 * Source:  RFC 9110 section 12.5.1; Spring's content negotiation: what is liked more goes first,
 *          then what is more specific, then what was named first; config-server reference 1.3 and
 *          1.6.
 */
#ifndef ACCEPT_H
#define ACCEPT_H

#include "cr_slice.h"

enum accept_form {
    ACCEPT_NONE,    /* 406 */
    ACCEPT_PLAIN,   /* application/json */
    ACCEPT_ORIGINS, /* application/vnd.spring-cloud.config-server.v2+json */
};

/* Of an environment. header.ptr NULL: none was sent, which takes everything; where only a wildcard
 * matches it is the plain form. */
enum accept_form accept_form(struct cr_slice header);

enum accept_file {
    ACCEPT_FILE_NONE, /* 406 */
    ACCEPT_FILE_TEXT,
    ACCEPT_FILE_BYTES, /* application/octet-stream */
};

enum { ACCEPT_TYPE_SIZE = 128 };

/* Of a file: a text bears the first concrete type that the client names (whatever it is, as in
 * Spring), and text/plain where it names none. out_type is the whole Content-Type. */
enum accept_file accept_file(struct cr_slice header, char out_type[ACCEPT_TYPE_SIZE]);

#endif
