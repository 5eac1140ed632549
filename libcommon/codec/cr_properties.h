/* cr_properties: Java .properties to flat documents, as Spring Boot reads them.
 *
 * Ownership: the result lives in the arena.
 * Errors:    CR_EPARSE with the line for a malformed \u escape; CR_ELIMIT beyond the bounds of
 *            cr_flat.h; CR_ENOMEM.
 * Threads:   any, one arena each.
 * Source:    Spring Boot OriginTrackedPropertiesLoader, java.util.Properties: ISO-8859-1 in (UTF-8
 *            out), "#---" or "!---" begins a new document, "key[]=a,b" gives key[0] and key[1],
 *            every value is a string.
 */
#ifndef CR_PROPERTIES_H
#define CR_PROPERTIES_H

#include "cr_flat.h"

CR_MUST_CHECK int cr_properties_parse(struct cr_slice text, struct cr_arena *arena,
                                      struct cr_flat *out_flat, struct cr_err *err);

#endif
