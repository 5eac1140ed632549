/* Compiling and matching of path patterns. */
#include "ant_pattern.h"

#include <string.h>

enum { SEGMENTS_MAX = 64 };

bool ant_next_segment(struct cr_slice *rest, struct cr_slice *out_segment)
{
    const char *at = rest->ptr, *end = rest->ptr + rest->len;
    while (at < end && *at == '/')
        at++;
    const char *start = at;
    while (at < end && *at != '/')
        at++;
    *out_segment = (struct cr_slice){start, (size_t)(at - start)};
    *rest = (struct cr_slice){at, (size_t)(end - at)};
    return at > start;
}

/* Writes a segment in the spelling of canonical paths: what they escape is escaped, {name} is *. */
static int write_segment(struct cr_slice segment, char *out, size_t *out_len, struct cr_err *err)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t len = 0;
    for (size_t i = 0; i < segment.len; i++) {
        unsigned char c = (unsigned char)segment.ptr[i];
        if (c == '{') {
            ptrdiff_t end = cr_slice_find(cr_slice_from(segment, i), '}');
            if (end < 0)
                return cr_err_set(err, CR_EINVAL, "'{' without '}'");
            if (cr_slice_find(cr_slice_sub(segment, i, i + (size_t)end), ':') >= 0)
                return cr_err_set(err, CR_EINVAL,
                                  "a regular expression in braces is not supported; use *");
            out[len++] = '*';
            i += (size_t)end;
        } else if (c <= ' ' || c >= 0x7F) {
            out[len++] = '%';
            out[len++] = digits[c >> 4];
            out[len++] = digits[c & 15];
        } else {
            out[len++] = (char)c;
        }
    }
    *out_len = len;
    return 0;
}

static int add_segment(struct cr_slice raw, struct cr_arena *arena, struct ant_segment *out,
                       struct cr_err *err)
{
    char *text = cr_arena_alloc(arena, raw.len * 3 + 1);
    size_t len = 0;
    if (!text)
        return cr_err_set(err, CR_ENOMEM, "no memory");
    if (write_segment(raw, text, &len, err))
        return CR_EINVAL;
    out->text = (struct cr_slice){text, len};
    bool wild = cr_slice_find(out->text, '*') >= 0 || cr_slice_find(out->text, '?') >= 0;
    out->kind = cr_slice_is(out->text, "**") ? ANT_ANY : wild ? ANT_WILD : ANT_LITERAL;
    return 0;
}

int ant_compile(struct cr_slice text, struct cr_arena *arena, struct ant_pattern *out_pattern,
                struct cr_err *err)
{
    struct ant_segment *segments = cr_arena_array(arena, SEGMENTS_MAX, sizeof(*segments));
    const char *slashed = text.len && text.ptr[0] == '/'
                              ? cr_arena_slice(arena, text)
                              : cr_arena_printf(arena, "/%.*s", CR_SLICE_ARG(text));
    if (!segments || !slashed)
        return cr_err_set(err, CR_ENOMEM, "no memory");
    struct ant_pattern pattern = {.text = cr_slice_of(slashed), .segments = segments};
    struct cr_slice rest = pattern.text, segment;
    while (ant_next_segment(&rest, &segment)) {
        if (pattern.count == SEGMENTS_MAX)
            return cr_err_set(err, CR_EINVAL, "pattern '%s' has more than %d segments", slashed,
                              SEGMENTS_MAX);
        if (add_segment(segment, arena, &segments[pattern.count], err))
            return cr_err_prefix(err, "pattern '%s': ", slashed);
        if (pattern.literal_count == pattern.count && segments[pattern.count].kind == ANT_LITERAL)
            pattern.literal_count++;
        pattern.count++;
    }
    pattern.slash_end = cr_slice_ends(pattern.text, CR_SLICE("/"));
    pattern.starred = cr_slice_find(pattern.text, '*') >= 0;
    *out_pattern = pattern;
    return 0;
}

/* Glob over one text with '*' and, when questions is set, '?'. Linear but for the last star. */
static bool glob(struct cr_slice pattern, struct cr_slice text, bool questions)
{
    size_t p = 0, t = 0, star = SIZE_MAX, mark = 0;
    while (t < text.len) {
        if (p < pattern.len && pattern.ptr[p] == '*') {
            star = p++;
            mark = t;
        } else if (p < pattern.len &&
                   (pattern.ptr[p] == text.ptr[t] || (questions && pattern.ptr[p] == '?'))) {
            p++;
            t++;
        } else if (star != SIZE_MAX) {
            p = star + 1;
            t = ++mark;
        } else {
            return false;
        }
    }
    while (p < pattern.len && pattern.ptr[p] == '*')
        p++;
    return p == pattern.len;
}

bool ant_simple_matches(struct cr_slice pattern, struct cr_slice text)
{
    return glob(pattern, text, false);
}

static bool segment_matches(const struct ant_segment *segment, struct cr_slice text)
{
    return segment->kind == ANT_LITERAL ? cr_slice_equal(segment->text, text)
                                        : glob(segment->text, text, true);
}

/* The path is used up at segment `at`: does what is left of the pattern match nothing? */
static bool rest_matches_nothing(const struct ant_pattern *pattern, size_t at, bool slash_end)
{
    if (at == pattern->count)
        return pattern->count == 0 || pattern->segments[at - 1].kind == ANT_ANY ||
               pattern->slash_end == slash_end;
    if (at + 1 == pattern->count && cr_slice_is(pattern->segments[at].text, "*") && slash_end)
        return true;
    for (; at < pattern->count; at++)
        if (pattern->segments[at].kind != ANT_ANY)
            return false;
    return true;
}

/* Does path match the pattern from its segment `at` on? */
static bool matches_from(const struct ant_pattern *pattern, size_t at, struct cr_slice path)
{
    bool slash_end = path.len && path.ptr[path.len - 1] == '/';
    size_t any = SIZE_MAX;
    struct cr_slice rest = path, mark = path, segment;
    for (;;) {
        struct cr_slice before = rest;
        if (!ant_next_segment(&rest, &segment)) {
            if (rest_matches_nothing(pattern, at, slash_end))
                return true;
        } else if (at < pattern->count && pattern->segments[at].kind == ANT_ANY) {
            any = at++;
            mark = rest = before;
            continue;
        } else if (at < pattern->count && segment_matches(&pattern->segments[at], segment)) {
            at++;
            continue;
        }
        /* Let the last "**" take one segment more. */
        if (any == SIZE_MAX || !ant_next_segment(&mark, &segment))
            return false;
        rest = mark;
        at = any + 1;
    }
}

bool ant_matches(const struct ant_pattern *pattern, struct cr_slice path)
{
    return matches_from(pattern, 0, path);
}

bool ant_matches_rest(const struct ant_pattern *pattern, struct cr_slice rest)
{
    /* Only "**" is left, as in nearly every route there is. */
    if (pattern->count == pattern->literal_count + 1 &&
        pattern->segments[pattern->literal_count].kind == ANT_ANY)
        return true;
    return matches_from(pattern, pattern->literal_count, rest);
}
