/* Compression of whole bodies with zlib, and back. */
#include "cr_http_gzip.h"

#include <limits.h>
#include <zlib.h>

#include "cr_err.h"

enum { LEVEL = 4, GZIP_WINDOW = 15 + 16, MEMORY = 8, PIECE = 16 * 1024 };

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
    struct cr_slice type = {0};
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

/* --- the way back --- */

enum cr_http_coding cr_http_coding_of(struct cr_slice content_encoding)
{
    struct cr_slice name = cr_slice_trim(content_encoding);
    if (name.len == 0 || cr_slice_equal_nocase(name, CR_SLICE("identity")))
        return CR_HTTP_CODING_NONE;
    if (cr_slice_equal_nocase(name, CR_SLICE("gzip")) ||
        cr_slice_equal_nocase(name, CR_SLICE("x-gzip")))
        return CR_HTTP_CODING_GZIP;
    return CR_HTTP_CODING_UNKNOWN;
}

/* One member, from where the stream stands to its end. */
static int unpack_member(z_stream *stream, struct cr_buf *out)
{
    char piece[PIECE];
    for (;;) {
        stream->next_out = (Bytef *)piece;
        stream->avail_out = sizeof piece;
        int rc = inflate(stream, Z_NO_FLUSH);
        cr_buf_append(out, piece, sizeof piece - stream->avail_out);
        if (cr_buf_status(out))
            return cr_buf_status(out);
        if (rc == Z_STREAM_END)
            return 0;
        if (rc != Z_OK)
            return rc == Z_MEM_ERROR ? CR_ENOMEM : CR_EPARSE;
    }
}

int cr_http_gunzip(struct cr_slice body, struct cr_buf *out)
{
    z_stream stream = {0};
    if (body.len == 0 || body.len > UINT_MAX)
        return CR_EPARSE;
    if (inflateInit2(&stream, GZIP_WINDOW) != Z_OK)
        return CR_ENOMEM;
    stream.next_in = (z_const Bytef *)(uintptr_t)body.ptr;
    stream.avail_in = (uInt)body.len;
    int rc = unpack_member(&stream, out);
    while (rc == 0 && stream.avail_in > 0)
        rc = inflateReset(&stream) == Z_OK ? unpack_member(&stream, out) : CR_EINTERNAL;
    inflateEnd(&stream);
    return rc;
}
