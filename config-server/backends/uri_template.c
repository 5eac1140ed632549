/* uri_template: values into the places of a URI, once they are seen to be harmless. */
#include "uri_template.h"

#include <string.h>

static const char *const names[] = {"{application}", "{profile}", "{label}"};

bool uri_template_has_placeholder(struct cr_slice text)
{
    return cr_slice_find(text, '{') >= 0;
}

/* Where the host ends ("user@host:path" has one, too): behind it a value may stand. */
static size_t path_start(struct cr_slice text)
{
    ptrdiff_t scheme = cr_slice_search(text, CR_SLICE("://"));
    if (scheme < 0) {
        ptrdiff_t colon = cr_slice_find(text, ':'), first = cr_slice_find(text, '/');
        return colon >= 0 && (first < 0 || colon < first) ? (size_t)colon + 1 : 0;
    }
    ptrdiff_t slash = cr_slice_find(cr_slice_from(text, (size_t)scheme + 3), '/');
    return slash < 0 ? text.len : (size_t)(scheme + 3 + slash);
}

static bool starts_with_name(struct cr_slice text, size_t *out_name)
{
    for (size_t i = 0; i < CR_COUNT(names); i++) {
        *out_name = i;
        if (cr_slice_starts(text, cr_slice_of(names[i])))
            return true;
    }
    return false;
}

int uri_template_check(const char *key, struct cr_slice text, struct cr_err *err)
{
    size_t start = path_start(text), name;
    for (size_t i = 0; i < text.len; i++) {
        struct cr_slice rest = cr_slice_from(text, i);
        if (rest.ptr[0] != '{')
            continue;
        if (!starts_with_name(rest, &name))
            return cr_err_set(
                err, CR_EINVAL,
                "%s: has a placeholder ('{') that is none of {application}, {profile} "
                "and {label}",
                key);
        if (i < start)
            return cr_err_set(err, CR_EINVAL,
                              "%s: %s must not stand in the host, or whoever asks would choose it: "
                              "write it behind the host",
                              key, names[name]);
    }
    return 0;
}

static bool is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (unsigned char)c >= 0x80 || (c && strchr("-_.+@,=~/", c));
}

static bool is_harmless(struct cr_slice value)
{
    struct cr_slice rest = value, segment;
    for (size_t i = 0; i < value.len; i++) {
        if (!is_plain(value.ptr[i]))
            return false;
    }
    while (cr_slice_split(&rest, '/', &segment)) {
        if (segment.len == 0 || cr_slice_is(segment, ".") || cr_slice_is(segment, "..") ||
            cr_slice_is(segment, ".git"))
            return false;
    }
    return true;
}

int uri_template_expand(struct cr_slice text, const struct uri_values *values, struct cr_buf *out,
                        struct cr_err *err)
{
    const struct cr_slice by_name[] = {values->application, values->profile, values->label};
    while (text.len > 0) {
        size_t name;
        if (!starts_with_name(text, &name)) {
            cr_buf_char(out, text.ptr[0]);
            text = cr_slice_from(text, 1);
            continue;
        }
        if (!is_harmless(by_name[name]))
            return cr_err_set(err, CR_ENOTFOUND, "%s '%.*s' names no repository", names[name],
                              CR_SLICE_ARG(by_name[name]));
        cr_buf_slice(out, by_name[name]);
        text = cr_slice_from(text, strlen(names[name]));
    }
    int rc = cr_buf_status(out);
    return rc < 0 ? cr_err_set(err, rc, "the repository's URI: %s", cr_code_name(rc)) : 0;
}
