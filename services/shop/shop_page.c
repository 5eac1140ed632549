/* Reads the paging parameters. */
#include "shop_page.h"

#include "cr_int.h"

enum { PAGE_MAX = 1000 * 1000 * 1000 };

static int read_number(const struct cr_http_request *req, const char *name, int64_t min,
                       int64_t max, int64_t *value, struct cr_err *err)
{
    struct cr_slice text = cr_http_query(req, name);
    if (!text.ptr)
        return 0;
    if (cr_int_parse(text, min, max, value))
        return cr_err_set(err, CR_EINVAL, "?%s=%.*s: a number from %lld to %lld is expected", name,
                          CR_SLICE_ARG(cr_slice_sub(text, 0, 40)), (long long)min, (long long)max);
    return 0;
}

int shop_page_read(const struct cr_http_request *req, struct shop_page *out_page,
                   struct cr_err *err)
{
    int64_t page = 0;
    int64_t size = SHOP_PAGE_SIZE;
    int rc = read_number(req, "page", 0, PAGE_MAX, &page, err);
    if (!rc)
        rc = read_number(req, "size", 1, SHOP_PAGE_SIZE_MAX, &size, err);
    if (!rc)
        *out_page = (struct shop_page){.size = size, .offset = page * size};
    return rc;
}
