/* cr_http_basic: whether an Authorization header carries a user and password, or a password.
 *
 * Ownership: nothing is kept.
 * Errors:    false for whatever is not exactly right; there is no second reason to tell apart.
 * Threads:   pure. The time taken depends on lengths only, never on how much of it was right.
 * Source:    RFC 7617 (UTF-8; the name has no ':'), RFC 4648 section 4.
 */
#ifndef CR_HTTP_BASIC_H
#define CR_HTTP_BASIC_H

#include <stdbool.h>

#include "cr_slice.h"

enum { CR_HTTP_BASIC_MAX = 1024 }; /* bytes of "user:password"; longer ones never match */

/* What a 401 says in WWW-Authenticate. */
#define CR_HTTP_BASIC_CHALLENGE "Basic realm=\"Crema\", charset=\"UTF-8\""

/* authorization: the header's value, "Basic dXNlcjpwYXNz". credentials: "user:pass". */
bool cr_http_basic_matches(struct cr_slice authorization, struct cr_slice credentials);

/* The same, whoever the user is: does the header carry this password? An empty one never does. */
bool cr_http_basic_has_password(struct cr_slice authorization, struct cr_slice password);

#endif
