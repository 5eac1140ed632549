/* chunk: reading the chunked coding piece by piece, and the few octets that write it.
 *
 * The reader hands out runs of the caller's octets; it copies nothing but a trailer section.
 *
 * Ownership: zero-initialise with chunk_reader_init; chunk_reader_fini frees the trailers.
 * Errors:    CR_EPARSE with the fault filled in (failure as given to init), CR_ENOMEM.
 * Source:    RFC 9112 section 7.1; gateway reference F11-F14.
 * Threads:   one at a time.
 */
#ifndef GATEWAY_CHUNK_H
#define GATEWAY_CHUNK_H

#include "cr_buf.h"
#include "head.h"

enum {
    CHUNK_DIGITS_MAX = 15,            /* of a size */
    CHUNK_EXTENSION_MAX = 256,        /* octets of extensions on one line */
    CHUNK_EXTENSIONS_MAX = 16 * 1024, /* ... in one body */
    CHUNK_TRAILERS_MAX = 8 * 1024,    /* octets of a trailer section */
    CHUNK_LINE_SIZE = 20,             /* room for chunk_line */
};

enum chunk_event {
    CHUNK_MORE, /* all was used, the body goes on */
    CHUNK_DATA, /* out_data holds a run of the body */
    CHUNK_DONE, /* the last chunk and its trailers are read; octets behind are not used */
};

struct chunk_reader {
    uint64_t left;          /* of the chunk that is being read */
    size_t line_octets;     /* of extensions on this line */
    size_t all_octets;      /* of extensions so far */
    struct cr_buf trailers; /* the section's lines, when there are any */
    enum failure bad;       /* whose fault a malformed body is */
    unsigned char state;
    unsigned char digits;
};

void chunk_reader_init(struct chunk_reader *reader, enum failure bad);
void chunk_reader_fini(struct chunk_reader *reader);

/* Uses octets of text up to the next event. */
CR_MUST_CHECK int chunk_read(struct chunk_reader *reader, struct cr_slice text,
                             enum chunk_event *out_event, struct cr_slice *out_data,
                             size_t *out_used, struct fault *fault);

/* Writes "1f4\r\n" and returns its length. */
size_t chunk_line(uint64_t size, char out[CHUNK_LINE_SIZE]);

#endif
