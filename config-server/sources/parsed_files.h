/* parsed_files: configuration files as flat documents, kept by what names their content: a file
 * that many applications share, or that a commit left as it was, is read and parsed once.
 *
 * Ownership: documents are copied in; what parsed_files_get gives lives as long as the arena that
 * it was got for, also when the cache has let it go. Errors:    none: what cannot be kept is parsed
 * again next time. Broken files are not kept. Threads:   any; one mutex inside. Units:     bytes of
 * documents and bookkeeping together. Source:    decision C6.
 */
#ifndef PARSED_FILES_H
#define PARSED_FILES_H

#include "cr_arena.h"
#include "cr_flat.h"

struct parsed_files;

struct parsed_files *parsed_files_new(size_t max_bytes); /* NULL: no memory; 0 keeps nothing */
void parsed_files_free(struct parsed_files *files);      /* NULL is fine */

/* False when it is not there, or there is no memory. key: the content's id and how it is read. */
CR_MUST_CHECK bool parsed_files_get(struct parsed_files *files, struct cr_slice key,
                                    struct cr_arena *arena, struct cr_flat *out_flat);
void parsed_files_put(struct parsed_files *files, struct cr_slice key, const struct cr_flat *flat);

size_t parsed_files_bytes(struct parsed_files *files);

#endif
