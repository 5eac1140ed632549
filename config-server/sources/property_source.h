/* property_source: one file of the repository as flat documents.
 *
 * Ownership: the result lives in the arena.
 * Errors:    CR_EPARSE, CR_ELIMIT or CR_ENOMEM, prefixed with the file's path; the rest of the text
 *            names line and reason.
 * Threads:   any.
 * Source:    config-server reference 2.3, 2.5, 2.6; the reading itself is the codec room's.
 */
#ifndef PROPERTY_SOURCE_H
#define PROPERTY_SOURCE_H

#include "cr_flat.h"

/* The ending of path (".properties", ".xml", ".yml", ".yaml") decides how text is read. */
CR_MUST_CHECK int property_source_parse(const char *path, struct cr_slice text,
                                        struct cr_arena *arena, struct cr_flat *out_flat,
                                        struct cr_err *err);

#endif
