/* Compression of whole bodies with zlib. */
#include "cr_http_gzip.h"

#include <limits.h>
#include <zlib.h>

#include "cr_err.h"

enum { LEVEL = 4, GZIP_WINDOW = 15 + 16, MEMORY = 8 };

/* "q=0", "q=0.0", "q=0.000" refuse. */
static bool refused(struct cr_slice params)
{
    struct cr_slice param;
    while (params.ptr && cr_slice_split(&params, ';', &param)) {
        param = cr_slice_trim(param);
        if (!cr_slice_starts(param, CR_SLICE("q=")) && !cr_slice_starts(param, CR_SLICE("Q=")))
            continue;
        for (size_t i = 2; i < param.len; i++)
            if (param.ptr[i] >= '1' && param.ptr[i] <= '9')
                return false;
        return true;
    }
    return false;
}

bool cr_http_gzip_accepted(struct cr_slice accept_encoding)
{
    struct cr_slice coding;
    bool any = false;
    while (accept_encoding.len && cr_slice_split(&accept_encoding, ',', &coding)) {
        struct cr_slice rest = coding, name;
        (void)cr_slice_split(&rest, ';', &name);
        name = cr_slice_trim(name);
        if (cr_slice_equal_nocase(name, CR_SLICE("gzip")))
            return !refused(rest);
        if (cr_slice_is(name, "*"))
            any = !refused(rest);
    }
    return any;
}

bool cr_http_gzip_worthwhile(struct cr_slice content_type)
{
    static const char *const types[] = {"application/json", "application/javascript",
                                        "application/xml",  "application/x-yaml",
                                        "application/yaml", "image/svg+xml"};
    struct cr_slice type;
    if (content_type.len == 0)
        return false;
    (void)cr_slice_split(&content_type, ';', &type);
    type = cr_slice_trim(type);
    if (cr_slice_starts(type, CR_SLICE("text/")) || cr_slice_ends(type, CR_SLICE("+json")) ||
        cr_slice_ends(type, CR_SLICE("+xml")))
        return true;
    for (size_t i = 0; i < CR_COUNT(types); i++)
        if (cr_slice_is(type, types[i]))
            return true;
    return false;
}

int cr_http_gzip(struct cr_slice body, struct cr_buf *out)
{
    z_stream stream = {0};
    if (body.len > UINT_MAX)
        return CR_ELIMIT;
    if (deflateInit2(&stream, LEVEL, Z_DEFLATED, GZIP_WINDOW, MEMORY, Z_DEFAULT_STRATEGY) != Z_OK)
        return CR_ENOMEM;
    uLong bound = deflateBound(&stream, (uLong)body.len);
    char *room = bound <= UINT_MAX ? cr_buf_reserve(out, bound) : NULL;
    if (!room) {
        deflateEnd(&stream);
        return CR_ENOMEM;
    }
    stream.next_in = (z_const Bytef *)(uintptr_t)body.ptr;
    stream.avail_in = (uInt)body.len;
    stream.next_out = (Bytef *)room;
    stream.avail_out = (uInt)bound;
    int rc = deflate(&stream, Z_FINISH);
    cr_buf_commit(out, bound - stream.avail_out);
    deflateEnd(&stream);
    return rc == Z_STREAM_END ? 0 : CR_EINTERNAL;
}
