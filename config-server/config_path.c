/* config_path: splits before it decodes, so that no escape can become a separator. */
#include "config_path.h"

#include "cr_buf.h"
#include "cr_url.h"

static bool is_control(char c)
{
    return (unsigned char)c < ' ' || c == 0x7f;
}

static int check_segment(struct cr_slice text, struct cr_err *err)
{
    if (cr_slice_is(text, ".") || cr_slice_is(text, ".."))
        return cr_err_set(err, CR_EINVAL, "the path must not contain '%.*s' as a segment",
                          CR_SLICE_ARG(text));
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '/' || text.ptr[i] == '\\' || is_control(text.ptr[i]))
            return cr_err_set(err, CR_EINVAL,
                              "an encoded slash, a backslash or a control character in the path is "
                              "refused (write '(_)' for a slash)");
    }
    return 0;
}

static int decode_segment(struct cr_slice raw, struct cr_arena *arena, struct cr_slice *out_text,
                          struct cr_err *err)
{
    struct cr_slice parameters = raw, text = {0};
    (void)cr_slice_split(&parameters, ';', &text);
    if (text.len == 0)
        return cr_err_set(err, CR_ENOTFOUND, "the path has an empty segment");
    if (cr_slice_find(text, '%') >= 0) {
        int rc = cr_url_decode(text, arena, &text);
        if (rc < 0)
            return cr_err_set(err, rc == CR_EPARSE ? CR_EINVAL : rc,
                              "the path has a malformed escape, or %%00");
    }
    *out_text = text;
    return check_segment(text, err);
}

int config_path_parse(struct cr_slice raw, struct cr_slice prefix, struct cr_arena *arena,
                      struct config_path *out_path, struct cr_err *err)
{
    struct cr_slice rest = cr_slice_from(raw, prefix.len), segment;
    if (!cr_slice_starts(raw, prefix) || !cr_slice_starts(rest, CR_SLICE("/")))
        return cr_err_set(err, CR_ENOTFOUND, "nothing is served there");
    rest = cr_slice_from(rest, 1);
    out_path->count = 0;
    while (cr_slice_split(&rest, '/', &segment)) {
        if (out_path->count == CONFIG_PATH_SEGMENTS_MAX)
            return cr_err_set(err, CR_ELIMIT, "the path has more than %d segments",
                              CONFIG_PATH_SEGMENTS_MAX);
        int rc = decode_segment(segment, arena, &out_path->segments[out_path->count], err);
        if (rc < 0)
            return rc;
        out_path->count++;
    }
    return 0;
}

struct cr_slice config_path_rest(const struct config_path *path, size_t first,
                                 struct cr_arena *arena)
{
    size_t len = 0;
    for (size_t i = first; i < path->count; i++)
        len += path->segments[i].len + 1;
    char *text = cr_arena_alloc(arena, len + 1);
    struct cr_slice out = {text, 0};
    for (size_t i = first; text && i < path->count; i++) {
        struct cr_slice segment = path->segments[i];
        if (i > first)
            text[out.len++] = '/';
        for (size_t k = 0; k < segment.len; k++)
            text[out.len++] = segment.ptr[k];
    }
    return out;
}
