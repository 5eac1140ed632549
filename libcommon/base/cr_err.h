/* cr_err: what went wrong, as a code to branch on and a text for people.
 *
 * Ownership: the caller owns the struct, usually on its stack; nothing is allocated.
 * Errors:    functions return 0 or a negative CR_E code; details go into the struct, once, at the
 *            place of failure, and are prefixed while they climb:
 *            "config: 'server.port': not a number".
 * Threads:   none shared.
 *
 * A text says what failed, on what (quoted), why, and the next step where one is known.
 */
#ifndef CR_ERR_H
#define CR_ERR_H

#include "cr_attr.h"

enum cr_code {
    CR_OK = 0,
    CR_ENOMEM = -1,
    CR_EINVAL = -2,       /* the caller's value is wrong */
    CR_ENOTFOUND = -3,    /* no such thing */
    CR_EEXISTS = -4,      /* there is one already */
    CR_ECONFLICT = -5,    /* a newer version, a lost race */
    CR_ETIMEOUT = -6,     /* a deadline passed */
    CR_EUNAVAILABLE = -7, /* a peer or resource is away, try again later */
    CR_ELIMIT = -8,       /* a _max was reached */
    CR_EPARSE = -9,       /* malformed bytes */
    CR_EIO = -10,         /* the operating system said no */
    CR_EINTERNAL = -11,   /* a bug or a broken invariant */
};

struct cr_err {
    int code;
    char text[256];
};

/* Fills err (which may be NULL) and returns code. */
int cr_err_set(struct cr_err *err, int code, const char *format, ...) CR_PRINTF(3, 4);

/* As cr_err_set, with ": <strerror(errnum)>" behind the text. */
int cr_err_errno(struct cr_err *err, int code, int errnum, const char *format, ...) CR_PRINTF(4, 5);

/* Puts text in front of what err holds and returns its code. A NULL err has none: the result is
 * then CR_EINTERNAL, so return the code that you hold where err may be NULL. */
int cr_err_prefix(struct cr_err *err, const char *format, ...) CR_PRINTF(2, 3);

/* "not found", "timeout", ... for logs and metrics labels; never NULL. */
const char *cr_code_name(int code);

#endif
