/* Serving the embedded files. */
#include "asset.h"

#include "cr_http_request.h"

/* Everything comes from here: no script of a page's own text, no other origin. */
static const char policy[] = "default-src 'none'; script-src 'self'; style-src 'self'; "
                             "img-src 'self' data:; connect-src 'self'; base-uri 'none'; "
                             "form-action 'self'; frame-ancestors 'self'";

const struct asset *asset_find(struct cr_slice path)
{
    for (size_t i = 0; i < asset_count; i++) {
        if (cr_slice_is(path, assets[i].path))
            return &assets[i];
    }
    return NULL;
}

/* If-None-Match is a list; tags that proxies weakened still name the same bytes. */
static bool has_it(struct cr_slice tags, const char *etag)
{
    return cr_slice_is(tags, "*") ||
           (tags.len > 0 && cr_slice_search(tags, cr_slice_of(etag)) >= 0);
}

void asset_answer(struct cr_http_request *req, const struct asset *asset)
{
    cr_http_answer_header(req, "ETag", asset->etag);
    cr_http_answer_header(req, "Cache-Control", "no-cache"); /* ask, and get a 304 */
    cr_http_answer_header(req, "Content-Security-Policy", policy);
    cr_http_answer_header(req, "X-Content-Type-Options", "nosniff");
    cr_http_answer_header(req, "Referrer-Policy", "no-referrer");
    if (has_it(cr_http_header(req, "If-None-Match"), asset->etag))
        cr_http_answer(req, 304, NULL, (struct cr_slice){0});
    else
        cr_http_answer(req, 200, asset->type,
                       (struct cr_slice){(const char *)asset->data, asset->size});
}
