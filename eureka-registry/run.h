/* run: rendered bytes that documents share, and fragments, which are places in them.
 *
 * When a document is composed, some dozens of kilobytes of instances become one run, and each
 * instance keeps its fragment: the place of its bytes in it. The next document copies from there
 * what must move, and shares what need not: the bytes exist once, whoever refers to them. A run
 * that is asked for it is compressed once, for all documents that it is a part of.
 *
 * Ownership: counted references; the bytes never change.
 * Errors:    NULL: no memory.
 * Threads:   references may be taken and dropped, and runs read and packed, by any thread.
 * Source:    RFC 1951: a deflate stream may be cut at any byte that ends a block, as a full flush
 *            does; RFC 1952: what a gzip member says about its bytes can be summed up.
 */
#ifndef RUN_H
#define RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "cr_buf.h"
#include "cr_slice.h"

struct run;

/* What stands before the first fragment of a run, as far as what went before decides it. */
enum run_lead {
    RUN_ALONE,     /* no fragment of a document: it is never taken over into the next one */
    RUN_FIRST_APP, /* the document's first application begins */
    RUN_NEXT_APP,  /* another application ends, and one begins */
    RUN_SAME_APP,  /* nothing but a separator */
};

struct run_shape {
    enum run_lead lead;
    size_t lead_len; /* bytes before the first fragment */
    size_t count;    /* fragments */
};

/* A copy of the bytes, with one reference. */
struct run *run_new(struct cr_slice bytes, const struct run_shape *shape);
struct run *run_ref(struct run *run); /* returns it */
void run_unref(struct run *run);      /* NULL is fine */
struct cr_slice run_bytes(const struct run *run);
const struct run_shape *run_shape(const struct run *run);

/* Raw deflate of the bytes: whole blocks that refer to nothing outside and end on a byte. */
struct run_packed {
    uint32_t crc;
    struct cr_slice bytes;
};
/* Compresses it at first; valid as long as the run. */
const struct run_packed *run_pack(struct run *run);

/* --- fragments --- */

struct fragment {
    struct run *home; /* NULL: not rendered */
    uint32_t offset;
    uint32_t len;
};

/* Takes over the reference to home. */
void fragment_set(struct fragment *fragment, struct run *home, size_t offset, size_t len);
void fragment_drop(struct fragment *fragment);
struct cr_slice fragment_bytes(const struct fragment *fragment);

#endif
