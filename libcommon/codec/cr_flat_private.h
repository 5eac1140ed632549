/* cr_flat_private: collects the pairs of flat documents within the bounds of cr_flat.h.
 *
 * Ownership: between init and fini the builder holds heap memory; what finish gives is arena
 * memory. Errors:    sticky in no way: stop at the first failure. Texts say which bound was passed.
 */
#ifndef CR_FLAT_PRIVATE_H
#define CR_FLAT_PRIVATE_H

#include "cr_buf.h"
#include "cr_flat.h"
#include "cr_map.h"

struct cr_flat_builder {
    struct cr_arena *arena;
    struct cr_err *err;
    struct cr_map *index; /* key -> position + 1 of the open document */
    struct cr_buf pairs;  /* struct cr_flat_pair of the open document */
    struct cr_buf docs;   /* struct cr_flat_doc of the closed ones */
    size_t pair_count;    /* of all documents */
    size_t key_bytes;
};

CR_MUST_CHECK int cr_flat_builder_init(struct cr_flat_builder *builder, struct cr_arena *arena,
                                       struct cr_err *err);
void cr_flat_builder_fini(struct cr_flat_builder *builder);
void cr_flat_builder_finip(struct cr_flat_builder *builder);

/* pair->key is copied, pair->text must live in the arena. */
CR_MUST_CHECK int cr_flat_builder_put(struct cr_flat_builder *builder,
                                      const struct cr_flat_pair *pair);
/* True when the open document has no pair yet. */
bool cr_flat_builder_empty(const struct cr_flat_builder *builder);
CR_MUST_CHECK int cr_flat_builder_end_doc(struct cr_flat_builder *builder);
CR_MUST_CHECK int cr_flat_builder_finish(struct cr_flat_builder *builder, struct cr_flat *out_flat);

int cr_flat_no_memory(struct cr_err *err);

#endif
