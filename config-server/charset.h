/* charset: a file's bytes as UTF-8. Pure.
 *
 * Errors:  those of the buffer, sticky. What the charset cannot mean becomes U+FFFD.
 * Threads: any.
 * Source:  the charsets that every Java has, and windows-1252; config-server reference 1.3.
 */
#ifndef CHARSET_H
#define CHARSET_H

#include "cr_buf.h"

enum charset {
    CHARSET_UTF_8,
    CHARSET_ASCII,
    CHARSET_LATIN_1,
    CHARSET_WINDOWS_1252,
    CHARSET_UTF_16, /* by its byte order mark; big-endian without one */
    CHARSET_UTF_16BE,
    CHARSET_UTF_16LE,
};

/* What an Accept-Charset asks for: the first name that it has. UTF-8, and false, where that is
 * unknown here; UTF-8 for an empty header. */
bool charset_of(struct cr_slice accept_charset, enum charset *out_charset);

void charset_decode(enum charset charset, struct cr_slice bytes, struct cr_buf *out);

#endif
