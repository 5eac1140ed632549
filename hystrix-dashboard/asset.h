/* asset: the pages' files, which the build put into this binary.
 *
 * Ownership: constants.
 * Source:    static/ beside this file, by embed.cmake.
 */
#ifndef ASSET_H
#define ASSET_H

#include "cr_attr.h"
#include "cr_slice.h"

struct cr_http_request;

struct asset {
    const char *path; /* "/js/main.js" */
    const char *type;
    const char *etag; /* with its quotes */
    const unsigned char *data;
    size_t size;
};

/* Generated. */
extern const struct asset assets[];
extern const size_t asset_count;

const struct asset *asset_find(struct cr_slice path); /* NULL if there is none */

/* 200, or 304 when the client has it; with the headers that keep a page to its own origin. */
void asset_answer(struct cr_http_request *req, const struct asset *asset);

#endif
