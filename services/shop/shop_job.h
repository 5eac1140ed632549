/* shop_job: one request's work on the store, and the answer that its outcome becomes.
 *
 * Work that writes runs on the store thread; the request is answered when its commit is durable.
 * Work that reads runs at once, in one snapshot. The work appends the answer's body to `out`; no
 * byte is an empty answer.
 *
 * Ownership: a job lives in its request's arena and ends with the answer; ctx must live as long.
 * Errors:    what the work returns becomes a problem: CR_EINVAL 400, CR_ENOTFOUND 404,
 *            CR_ECONFLICT and CR_EEXISTS 409, CR_EUNAVAILABLE 503 with Retry-After, the rest 500.
 * Threads:   shop_write and shop_read: the thread that has the request.
 */
#ifndef SHOP_JOB_H
#define SHOP_JOB_H

#include "cr_http_request.h"
#include "cr_store.h"

typedef int (*shop_work)(struct cr_tx *tx, void *ctx, struct cr_buf *out, struct cr_err *err);

void shop_write(struct cr_http_request *req, struct cr_store *store, shop_work work, void *ctx);
void shop_read(struct cr_http_request *req, struct cr_store *store, shop_work work, void *ctx);

/* As shop_read, with a content type of its own ("application/json" is the default). */
void shop_read_as(struct cr_http_request *req, struct cr_store *store, const char *content_type,
                  shop_work work, void *ctx);

/* Answers with the problem that a code stands for. */
void shop_fail(struct cr_http_request *req, int code, const struct cr_err *err);

#endif
