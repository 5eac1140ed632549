/* cr_registry_book: what is known of all instances: taken from a registry, kept over its failures,
 * and published for the readers.
 *
 * What a registry lists is the copy; what it forgot while it was away stays beside it for a lease
 * (cr_registry_memory); what no registry has confirmed for trust_ms is dropped. The whole is
 * published as cr_instances, at once after a change, and under a flood of changes as often as
 * leaves three quarters of a core to others. It is also kept as a file, for a start without a
 * registry.
 *
 * Ownership: options are copied but for log and instances, which must outlive the book.
 * Units:     milliseconds of cr_clock_ms.
 * Errors:    CR_ENOMEM; CR_ELIMIT for more than CR_WIRE_INSTANCES_MAX instances. What was known
 *            stays then.
 * Threads:   one at a time.
 */
#ifndef CR_REGISTRY_BOOK_PRIVATE_H
#define CR_REGISTRY_BOOK_PRIVATE_H

#include "cr_err.h"
#include "cr_instances.h"
#include "cr_registry_copy_private.h"
#include "cr_wire_instance.h"

struct cr_log;
struct cr_registry_book;

struct cr_registry_book_options {
    const struct cr_log *log;
    struct cr_instances *instances;
    const char *cache_path; /* "": none is kept */
    int64_t cache_ms;       /* between two writes of the file */
    int64_t trust_ms;
};

struct cr_registry_book *cr_registry_book_new(const struct cr_registry_book_options *options);
void cr_registry_book_free(struct cr_registry_book *book); /* NULL is fine; writes the file */

/* Ourselves, as far as the registry should know us. */
struct cr_registry_self {
    const struct cr_wire_instance *record; /* NULL: not to be registered (yet) */
    bool leased;                           /* a registry took us in and nobody took us out */
};

/* A registry lists exactly these. *out_forgotten (may be NULL): it listed us before and does not
 * any more, though nobody asked it to: a lease ends only unrenewed, so it lost its memory. */
CR_MUST_CHECK int cr_registry_book_replace(struct cr_registry_book *book,
                                           const struct cr_wire_instances *list,
                                           struct cr_registry_self self, int64_t now_ms,
                                           bool *out_forgotten);

/* These changed. *out_agrees: what is known now has this hash code. */
CR_MUST_CHECK int cr_registry_book_change(struct cr_registry_book *book,
                                          const struct cr_wire_document *changes,
                                          struct cr_registry_self self, int64_t now_ms,
                                          bool *out_agrees, bool *out_forgotten);

/* A registry said, by what it sent or by sending nothing new, that it still is so. */
void cr_registry_book_confirm(struct cr_registry_book *book, int64_t now_ms);

/* No registry answers. The first time, before anything is known, the file stands in. */
void cr_registry_book_doubt(struct cr_registry_book *book, int64_t now_ms);

/* Does what is due: publishes, drops, writes. Returns when to call it again; INT64_MAX: after the
 * next change. */
int64_t cr_registry_book_work(struct cr_registry_book *book, int64_t now_ms);

struct cr_registry_book_state {
    bool confirmed;       /* by a registry, since the start */
    bool from_disk;       /* and what is there is from the file */
    size_t kept;          /* instances that a registry forgot */
    int64_t confirmed_ms; /* when the registry last did; from the file: in its time */
};
struct cr_registry_book_state cr_registry_book_state(const struct cr_registry_book *book);
const struct cr_registry_copy *cr_registry_book_copy(const struct cr_registry_book *book);

#endif
