/* entity_tag: what names the bytes of an answer, so that who has them need not get them again.
 *
 * A tag is made from the bytes themselves: it is the same at every server and after every restart,
 * and a commit that leaves an answer as it was leaves its tag.
 *
 * Ownership: nothing is kept.
 * Errors:    none.
 * Threads:   pure.
 * Source:    RFC 9110 8.8.3 and 13.1.2 (comparison for If-None-Match is the weak one).
 */
#ifndef ENTITY_TAG_H
#define ENTITY_TAG_H

#include <stdbool.h>

#include "cr_slice.h"

enum { ENTITY_TAG_SIZE = 35 }; /* 32 hexadecimal digits, two quotation marks and a NUL */

/* type: the answer's Content-Type. "" when there is no memory. */
void entity_tag_make(struct cr_slice type, struct cr_slice body, char out_tag[ENTITY_TAG_SIZE]);

/* Is the tag in the list of an If-None-Match, or does "*" stand there? */
bool entity_tag_is_listed(struct cr_slice if_none_match, struct cr_slice tag);

#endif
