/* Patterns are parsed once and sorted by how specific they are; the first that fits wins. */
#include "cr_http_router.h"

#include <stdlib.h>
#include <string.h>

#include "cr_url.h"

enum { SEGMENT_MAX = 24, ROUTE_MAX = 512 };

enum segment_kind { LITERAL, PARAM, REST };

struct segment {
    enum segment_kind kind;
    struct cr_slice text; /* the literal or the parameter's name */
};

struct entry {
    const struct cr_http_route *route;
    void *ctx;
    size_t index;
    bool slash_too; /* the pattern ends in "[/]" */
    size_t segment_count;
    struct segment segments[SEGMENT_MAX];
};

struct cr_http_router {
    size_t count;
    struct entry *entries[ROUTE_MAX];
};

/* The raw path, split and decoded once. */
struct parts {
    size_t count;
    bool more; /* than SEGMENT_MAX */
    struct {
        struct cr_slice text; /* decoded */
        struct cr_slice rest; /* raw, from this segment on */
    } at[SEGMENT_MAX];
};

static int parse_segment(struct entry *entry, struct cr_slice text, bool last, struct cr_err *err)
{
    const char *pattern = entry->route->pattern;
    if (entry->segment_count == SEGMENT_MAX)
        return cr_err_set(err, CR_EINVAL, "route '%s': too many segments", pattern);
    struct segment *segment = &entry->segments[entry->segment_count++];
    if (cr_slice_is(text, "**")) {
        if (!last)
            return cr_err_set(err, CR_EINVAL, "route '%s': '**' must be the last segment", pattern);
        *segment = (struct segment){REST, text};
    } else if (text.len > 2 && text.ptr[0] == '{' && text.ptr[text.len - 1] == '}') {
        *segment = (struct segment){PARAM, cr_slice_sub(text, 1, text.len - 1)};
    } else if (cr_slice_find(text, '{') >= 0 || cr_slice_find(text, '*') >= 0 ||
               cr_slice_find(text, '[') >= 0) {
        return cr_err_set(err, CR_EINVAL, "route '%s': '%.*s' is neither text nor '{name}'",
                          pattern, CR_SLICE_ARG(text));
    } else {
        *segment = (struct segment){LITERAL, text};
    }
    return 0;
}

static int parse_pattern(struct entry *entry, struct cr_err *err)
{
    const char *pattern = entry->route->pattern;
    struct cr_slice rest = cr_slice_of(pattern);
    if (rest.len == 0 || rest.ptr[0] != '/' || !entry->route->method || !entry->route->handler)
        return cr_err_set(err, CR_EINVAL, "route '%s': needs a '/', a method and a handler",
                          pattern ? pattern : "");
    rest = cr_slice_from(rest, 1);
    entry->slash_too = cr_slice_ends(rest, CR_SLICE("[/]"));
    if (entry->slash_too)
        rest = cr_slice_sub(rest, 0, rest.len - 3);
    struct cr_slice text;
    size_t params = 0;
    while (cr_slice_split(&rest, '/', &text)) {
        int rc = parse_segment(entry, text, rest.ptr == NULL, err);
        if (rc)
            return rc;
        params += entry->segments[entry->segment_count - 1].kind != LITERAL;
    }
    if (params > CR_HTTP_PARAM_MAX)
        return cr_err_set(err, CR_EINVAL, "route '%s': too many parameters", pattern);
    return 0;
}

/* Literal before parameter before rest, at the first segment where two patterns differ in kind. */
static int compare(const void *pa, const void *pb)
{
    const struct entry *a = *(struct entry *const *)pa, *b = *(struct entry *const *)pb;
    for (size_t i = 0; i < a->segment_count && i < b->segment_count; i++)
        if (a->segments[i].kind != b->segments[i].kind)
            return a->segments[i].kind < b->segments[i].kind ? -1 : 1;
    return a->index < b->index ? -1 : 1;
}

static int add(struct cr_http_router *router, const struct cr_http_route *route, void *ctx,
               struct cr_err *err)
{
    if (router->count == ROUTE_MAX)
        return cr_err_set(err, CR_ELIMIT, "more than %d routes", ROUTE_MAX);
    struct entry *entry = calloc(1, sizeof *entry);
    if (!entry)
        return cr_err_set(err, CR_ENOMEM, "route '%s': no memory", route->pattern);
    entry->route = route;
    entry->ctx = ctx;
    entry->index = router->count;
    router->entries[router->count++] = entry;
    return parse_pattern(entry, err);
}

int cr_http_router_new(const struct cr_http_routes *tables, size_t count,
                       struct cr_http_router **out, struct cr_err *err)
{
    struct cr_http_router *router = calloc(1, sizeof *router);
    if (!router)
        return cr_err_set(err, CR_ENOMEM, "router: no memory");
    for (size_t t = 0; t < count; t++)
        for (size_t r = 0; r < tables[t].count; r++) {
            int rc = add(router, &tables[t].rows[r], tables[t].ctx, err);
            if (rc) {
                cr_http_router_free(router);
                return rc;
            }
        }
    /* NOLINTNEXTLINE(bugprone-sizeof-expression): an array of pointers */
    qsort(router->entries, router->count, sizeof *router->entries, compare);
    *out = router;
    return 0;
}

void cr_http_router_free(struct cr_http_router *router)
{
    if (!router)
        return;
    for (size_t i = 0; i < router->count; i++)
        free(router->entries[i]);
    free(router);
}

size_t cr_http_router_count(const struct cr_http_router *router)
{
    return router->count;
}

static int split(struct cr_slice path, struct cr_arena *arena, struct parts *parts)
{
    struct cr_slice rest = cr_slice_from(path, 1), text;
    parts->count = 0;
    parts->more = false;
    for (;;) {
        struct cr_slice here = rest;
        if (!cr_slice_split(&rest, '/', &text))
            return 0;
        if (parts->count == SEGMENT_MAX) {
            parts->more = true;
            return 0;
        }
        struct cr_slice decoded = text;
        if (cr_slice_find(text, '%') >= 0 && cr_url_decode(text, arena, &decoded))
            return 400;
        parts->at[parts->count].text = decoded;
        parts->at[parts->count++].rest = here;
    }
}

static bool fits(const struct entry *entry, const struct parts *parts)
{
    for (size_t i = 0; i < entry->segment_count; i++) {
        const struct segment *segment = &entry->segments[i];
        if (segment->kind == REST)
            return true;
        if (i >= parts->count)
            return false;
        struct cr_slice text = parts->at[i].text;
        if (segment->kind == PARAM ? text.len == 0 : !cr_slice_equal(text, segment->text))
            return false;
    }
    if (parts->more)
        return false;
    size_t left = parts->count - entry->segment_count;
    return left == 0 ||
           (left == 1 && entry->slash_too && parts->at[parts->count - 1].text.len == 0);
}

/* Parameters that needed no decoding are copied as well, so that every one ends with a NUL. */
static void take_params(const struct entry *entry, const struct parts *parts,
                        struct cr_arena *arena, struct cr_http_match *match)
{
    for (size_t i = 0; i < entry->segment_count; i++) {
        const struct segment *segment = &entry->segments[i];
        if (segment->kind == LITERAL)
            continue;
        struct cr_slice value = {"", 0};
        if (i < parts->count)
            value = segment->kind == PARAM ? parts->at[i].text : parts->at[i].rest;
        const char *copy = cr_arena_slice(arena, value);
        match->param_names[match->param_count] = segment->text;
        match->param_values[match->param_count++] =
            copy ? (struct cr_slice){copy, value.len} : (struct cr_slice){"", 0};
    }
}

static bool method_fits(const struct entry *entry, const char *method)
{
    return strcmp(method, entry->route->method) == 0 ||
           (strcmp(method, "HEAD") == 0 && strcmp("GET", entry->route->method) == 0);
}

static void allow(struct cr_buf *out, const char *method)
{
    struct cr_slice rest = cr_buf_view(out), name;
    while (rest.len && cr_slice_split(&rest, ',', &name))
        if (cr_slice_is(cr_slice_trim(name), method))
            return;
    if (out->len)
        cr_buf_text(out, ", ");
    cr_buf_text(out, method);
    if (cr_slice_is(CR_SLICE("GET"), method))
        allow(out, "HEAD");
}

/* 405 where other methods would do, else 404. */
static int no_match(const struct cr_http_router *router, const struct parts *parts,
                    struct cr_buf *out_allow)
{
    int status = 404;
    for (size_t i = 0; i < router->count; i++) {
        if (!fits(router->entries[i], parts))
            continue;
        status = 405;
        allow(out_allow, router->entries[i]->route->method);
    }
    return status;
}

int cr_http_router_match(const struct cr_http_router *router, const char *method,
                         struct cr_slice path, struct cr_arena *arena,
                         struct cr_http_match *out_match, struct cr_buf *out_allow)
{
    struct parts parts;
    if (path.len == 0 || path.ptr[0] != '/')
        return 404;
    int status = split(path, arena, &parts);
    if (status)
        return status;
    for (size_t i = 0; i < router->count; i++) {
        const struct entry *entry = router->entries[i];
        if (!fits(entry, &parts) || !method_fits(entry, method))
            continue;
        out_match->route = entry->route;
        out_match->ctx = entry->ctx;
        out_match->index = entry->index;
        out_match->param_count = 0;
        take_params(entry, &parts, arena, out_match);
        return cr_arena_failed(arena) ? 500 : 0;
    }
    return no_match(router, &parts, out_allow);
}
