/* Splits a request's target into path and query. */
#include "cr_http_target.h"

#include "cr_err.h"

static bool is_clean(struct cr_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c <= ' ' || c == 0x7f || c == '#')
            return false;
    }
    return text.len > 0;
}

static bool has_scheme(struct cr_slice text, struct cr_slice scheme)
{
    return cr_slice_equal_nocase(cr_slice_sub(text, 0, scheme.len), scheme);
}

static size_t authority_end(struct cr_slice text)
{
    size_t end = 0;
    while (end < text.len && text.ptr[end] != '/' && text.ptr[end] != '?')
        end++;
    return end;
}

/* Takes "http://authority" off, where it is there. */
static int skip_authority(struct cr_slice *text)
{
    struct cr_slice http = CR_SLICE("http://"), https = CR_SLICE("https://");
    struct cr_slice rest = *text;
    if (has_scheme(rest, http))
        rest = cr_slice_from(rest, http.len);
    else if (has_scheme(rest, https))
        rest = cr_slice_from(rest, https.len);
    else
        return CR_EPARSE;
    size_t end = authority_end(rest);
    *text = cr_slice_from(rest, end);
    return end > 0 ? 0 : CR_EPARSE;
}

int cr_http_target_parse(struct cr_slice text, struct cr_http_target *out_target)
{
    if (!is_clean(text))
        return CR_EPARSE;
    if (cr_slice_is(text, "*")) {
        *out_target = (struct cr_http_target){text, CR_SLICE("")};
        return 0;
    }
    if (text.ptr[0] != '/' && skip_authority(&text))
        return CR_EPARSE;
    ptrdiff_t mark = cr_slice_find(text, '?');
    struct cr_slice path = mark < 0 ? text : cr_slice_sub(text, 0, (size_t)mark);
    struct cr_slice query = mark < 0 ? CR_SLICE("") : cr_slice_from(text, (size_t)mark + 1);
    *out_target = (struct cr_http_target){path.len > 0 ? path : CR_SLICE("/"), query};
    return 0;
}
