/* A list of ids, removed one by one. */
#include "shop_removal.h"

#include "shop_body.h"
#include "shop_envelope.h"
#include "shop_job.h"

struct removal {
    shop_remove_one one;
    const struct cr_slice *ids;
    size_t count;
    struct cr_slice traceparent;
};

static int remove_all(struct cr_tx *tx, void *ctx, struct cr_buf *out, struct cr_err *err)
{
    const struct removal *removal = ctx;
    for (size_t i = 0; i < removal->count; i++) {
        int rc = removal->one(tx, removal->ids[i], removal->traceparent, err);
        if (rc)
            return rc;
    }
    shop_envelope_removed(out, removal->count);
    return 0;
}

void shop_remove(struct cr_http_request *req, struct cr_store *store, shop_remove_one one)
{
    struct removal *removal = cr_arena_alloc(cr_http_arena(req), sizeof *removal);
    if (!removal) {
        cr_http_problem(req, 500, "out of memory");
        return;
    }
    removal->one = one;
    removal->traceparent = cr_http_header(req, "traceparent");
    struct cr_err err = {0};
    int rc =
        shop_body_ids(cr_http_body(req), cr_http_arena(req), &removal->ids, &removal->count, &err);
    if (rc)
        shop_fail(req, rc, &err);
    else
        shop_write(req, store, remove_all, removal);
}
