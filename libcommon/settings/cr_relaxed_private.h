/* cr_relaxed_private: Spring's relaxed spelling of keys.
 *
 * Source: ConfigurationPropertyName. The relaxed name of a key has lower-case elements without '-'
 *         and '_', "[n]" for indexes, and ".name" for "[name]". A variable is compared by letters
 * and digits alone, so that SERVER_MAXTHREADS and SERVER_MAX_THREADS are one.
 */
#ifndef CR_RELAXED_PRIVATE_H
#define CR_RELAXED_PRIVATE_H

#include "cr_slice.h"

enum { CR_RELAXED_MAX = 512 }; /* longer names are cut, and then unlike any key we know */

/* Both write a NUL-terminated name and return it as a slice of out. */
struct cr_slice cr_relaxed(struct cr_slice key, char out[CR_RELAXED_MAX]);
struct cr_slice cr_relaxed_variable(struct cr_slice key, char out[CR_RELAXED_MAX]);

/* "SERVER_SSL_KEYSTORE" as "server.ssl.keystore", "A_0_B" as "a[0].b". */
struct cr_slice cr_relaxed_from_variable(struct cr_slice variable, char out[CR_RELAXED_MAX]);

/* Cuts a trailing "[n]" off. */
struct cr_slice cr_relaxed_without_index(struct cr_slice name);

#endif
