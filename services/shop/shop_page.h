/* shop_page: ?page=0&size=10 of the lists.
 *
 * Errors:  CR_EINVAL with the parameter, its value and the range.
 * Threads: any.
 */
#ifndef SHOP_PAGE_H
#define SHOP_PAGE_H

#include "cr_attr.h"
#include "cr_err.h"
#include "cr_http_request.h"

enum { SHOP_PAGE_SIZE = 10, SHOP_PAGE_SIZE_MAX = 1000 };

struct shop_page {
    int64_t size;
    int64_t offset; /* rows before this page */
};

CR_MUST_CHECK int shop_page_read(const struct cr_http_request *req, struct shop_page *out_page,
                                 struct cr_err *err);

#endif
