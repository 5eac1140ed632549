/* Making one route out of its settings. */
#include "route.h"

#include <string.h>

#include "cr_buf.h"
#include "octet.h"

static bool starts_with(const char *text, const char *start)
{
    return strncasecmp(text, start, strlen(start)) == 0;
}

static void sign_list(struct cr_buf *out, const char *const *items, size_t count)
{
    for (size_t i = 0; i < count; i++)
        cr_buf_printf(out, "%s,", items[i]);
    cr_buf_char(out, '\n');
}

/* Everything that a route depends on, as one text. */
static char *sign(const struct route_spec *spec, const struct route_options *options,
                  bool discovered)
{
    CR_AUTO(cr_buf) out = {0};
    cr_buf_printf(&out, "%s\n%s\n%s\n%s\n%d%d%d%d\n", spec->id, spec->path ? spec->path : "",
                  spec->service_id ? spec->service_id : "", spec->url ? spec->url : "",
                  spec->strip_prefix, spec->retryable, spec->custom_sensitive, discovered);
    sign_list(&out, spec->sensitive, spec->sensitive_count);
    cr_buf_printf(&out, "%s\n%d%d%d\n%s\n", options->prefix, options->strip_prefix,
                  options->add_host, options->add_proxy, options->via);
    sign_list(&out, options->sensitive, options->sensitive_count);
    sign_list(&out, options->ignored_headers, options->ignored_header_count);
    return cr_buf_steal(&out);
}

static int fill_set(struct name_set *set, const char *const *names, size_t count,
                    struct cr_arena *arena, struct cr_err *err)
{
    for (size_t i = 0; i < count; i++) {
        struct cr_slice name = octet_trim(cr_slice_of(names[i]));
        if (!name.len)
            continue;
        const char *copy = cr_arena_slice(arena, name);
        if (!copy)
            return cr_err_set(err, CR_ENOMEM, "no memory");
        if (name_set_add(set, cr_slice_of(copy)))
            return cr_err_set(err, CR_EINVAL, "more than %d header names in one list",
                              NAME_SET_MAX);
    }
    return 0;
}

static int fill_policy(struct route *route, const struct route_spec *spec,
                       const struct route_options *options, struct cr_err *err)
{
    struct forward_policy *policy = &route->policy;
    const char *const *names = spec->custom_sensitive ? spec->sensitive : options->sensitive;
    size_t count = spec->custom_sensitive ? spec->sensitive_count : options->sensitive_count;
    policy->add_host = options->add_host;
    policy->add_proxy = options->add_proxy;
    policy->via = cr_slice_of(cr_arena_text(route->arena, options->via));
    if (fill_set(&policy->sensitive, names, count, route->arena, err) ||
        fill_set(&policy->ignored, options->ignored_headers, options->ignored_header_count,
                 route->arena, err))
        return cr_err_prefix(err, "route '%s': ", spec->id);
    return 0;
}

/* "http://host:port/base" */
static int read_url(struct route *route, struct cr_err *err)
{
    if (starts_with(route->location, "https:"))
        return cr_err_set(err, CR_EINVAL,
                          "zuul.routes.%s.url: '%s': https back ends are not spoken", route->id,
                          route->location);
    struct cr_slice rest = cr_slice_of(route->location);
    if (!starts_with(rest.ptr, "http://"))
        return cr_err_set(err, CR_EINVAL, "zuul.routes.%s.url: '%s' is not an http URL", route->id,
                          route->location);
    rest = cr_slice_from(rest, strlen("http://"));
    ptrdiff_t slash = cr_slice_find(rest, '/');
    struct cr_slice authority = cr_slice_sub(rest, 0, slash < 0 ? rest.len : (size_t)slash);
    if (!authority_valid(authority))
        return cr_err_set(err, CR_EINVAL, "zuul.routes.%s.url: '%s' has no valid host and port",
                          route->id, route->location);
    struct cr_slice base = cr_slice_from(rest, authority.len);
    while (base.len && base.ptr[base.len - 1] == '/')
        base.len--;
    if (!octet_all(base, OCTET_TARGET) || cr_slice_find(base, '?') >= 0)
        return cr_err_set(err, CR_EINVAL, "zuul.routes.%s.url: '%s' has no plain path", route->id,
                          route->location);
    route->authority = authority;
    route->base = base;
    return 0;
}

static int read_location(struct route *route, const struct route_spec *spec, struct cr_err *err)
{
    const char *location = spec->url ? spec->url : spec->service_id ? spec->service_id : spec->id;
    char *copy = cr_arena_text(route->arena, location);
    if (!copy)
        return cr_err_set(err, CR_ENOMEM, "no memory");
    route->location = copy;
    if (starts_with(copy, "forward:")) {
        route->kind = ROUTE_LOCAL;
        route->base = cr_slice_of(copy + strlen("forward:"));
        while (route->base.len && route->base.ptr[route->base.len - 1] == '/')
            route->base.len--;
        return 0;
    }
    if (spec->url || starts_with(copy, "http:") || starts_with(copy, "https:")) {
        route->kind = ROUTE_URL;
        return read_url(route, err);
    }
    route->kind = ROUTE_SERVICE;
    for (char *c = copy; *c; c++)
        *c = octet_lower(*c);
    if (!*copy || strchr(copy, '/'))
        return cr_err_set(err, CR_EINVAL, "zuul.routes.%s.serviceId: '%s' is not a service id",
                          route->id, copy);
    return 0;
}

/* zuul.prefix with one slash in front and none at the end, or "". */
static struct cr_slice clean_prefix(const char *prefix, struct cr_arena *arena)
{
    struct cr_slice text = octet_trim(cr_slice_of(prefix));
    while (text.len && text.ptr[text.len - 1] == '/')
        text.len--;
    while (text.len && text.ptr[0] == '/')
        text = cr_slice_from(text, 1);
    if (!text.len)
        return CR_SLICE("");
    return cr_slice_of(cr_arena_printf(arena, "/%.*s", CR_SLICE_ARG(text)));
}

static size_t count_segments(struct cr_slice path)
{
    struct cr_slice segment;
    size_t count = 0;
    while (ant_next_segment(&path, &segment))
        count++;
    return count;
}

/* The first `count` segments of a pattern as text. */
static struct cr_slice first_segments(struct cr_slice pattern, size_t count)
{
    struct cr_slice rest = pattern, segment;
    while (count-- && ant_next_segment(&rest, &segment))
        ;
    return cr_slice_sub(pattern, 0, pattern.len - rest.len);
}

static struct cr_slice join(struct cr_arena *arena, struct cr_slice a, struct cr_slice b)
{
    return cr_slice_of(cr_arena_printf(arena, "%.*s%.*s", CR_SLICE_ARG(a), CR_SLICE_ARG(b)));
}

/* What is cut from the front, what is put there, and what X-Forwarded-Prefix says of it. */
static int read_path(struct route *route, const struct route_spec *spec,
                     const struct route_options *options, struct cr_err *err)
{
    struct cr_arena *arena = route->arena;
    const char *path = spec->path ? spec->path : cr_arena_printf(arena, "/%s/**", spec->id);
    struct cr_slice prefix = clean_prefix(options->prefix, arena);
    struct ant_pattern own;
    if (ant_compile(octet_trim(cr_slice_of(path)), arena, &own, err) ||
        ant_compile(join(arena, prefix, own.text), arena, &route->pattern, err))
        return cr_err_prefix(err, "zuul.routes.%s.path: ", route->id);

    size_t in_front = count_segments(prefix);
    size_t literal = own.starred ? own.literal_count : 0;
    bool strips = spec->strip_prefix && literal;
    struct cr_slice route_prefix = strips ? first_segments(own.text, literal) : CR_SLICE("");
    route->prefix_stripped = spec->strip_prefix;
    route->policy.prefix = join(arena, prefix, route_prefix);
    route->own_path = cr_slice_from(own.text, route_prefix.len);
    if (options->strip_prefix || strips)
        route->drop = in_front + (strips ? literal : 0);
    if (!options->strip_prefix && strips)
        route->base = join(arena, route->base, prefix);
    return 0;
}

int route_new(const struct route_spec *spec, const struct route_options *options, bool discovered,
              struct route **out_route, struct cr_err *err)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct route *made = arena ? cr_arena_alloc(arena, sizeof(*made)) : NULL;
    CR_AUTO_FREE char *signature = sign(spec, options, discovered);
    if (!made || !signature)
        return cr_err_set(err, CR_ENOMEM, "no memory");
    *made = (struct route){.arena = arena,
                           .id = cr_arena_text(arena, spec->id),
                           .signature = cr_arena_text(arena, signature),
                           .discovered = discovered,
                           .slot = ROUTE_NO_SLOT,
                           .retryable = spec->retryable,
                           .custom_sensitive = spec->custom_sensitive};
    int status = fill_policy(made, spec, options, err);
    if (!status)
        status = read_location(made, spec, err);
    if (!status)
        status = read_path(made, spec, options, err);
    if (!status && cr_arena_failed(arena))
        status = cr_err_set(err, CR_ENOMEM, "no memory");
    if (status)
        return status;
    *out_route = made;
    (void)cr_steal(&arena);
    return 0;
}

void route_free(struct route *route)
{
    if (route)
        cr_arena_free(route->arena);
}

void route_freep(struct route **route)
{
    route_free(*route);
}

struct cr_slice route_strip(const struct route *route, struct cr_slice path)
{
    struct cr_slice segment, rest = path;
    for (size_t i = 0; i < route->drop; i++)
        if (!ant_next_segment(&rest, &segment))
            break;
    while (rest.len > 1 && rest.ptr[0] == '/' && rest.ptr[1] == '/')
        rest = cr_slice_from(rest, 1);
    return rest.len ? rest : CR_SLICE("/");
}

/* A segment up to an escaped slash, which some back ends take for a slash. */
static struct cr_slice before_escaped_slash(struct cr_slice segment)
{
    ptrdiff_t at = cr_slice_search(segment, CR_SLICE("%2F"));
    return at < 0 ? segment : cr_slice_sub(segment, 0, (size_t)at);
}

bool route_is_internal(struct cr_slice forwarded)
{
    struct cr_slice segment, second;
    if (!ant_next_segment(&forwarded, &segment))
        return false;
    struct cr_slice first = before_escaped_slash(segment);
    if (cr_slice_equal_nocase(first, CR_SLICE("internal")))
        return true;
    if (!cr_slice_equal_nocase(first, CR_SLICE("actuator")))
        return false;
    if (first.len != segment.len || !ant_next_segment(&forwarded, &second))
        return true;
    return !cr_slice_is(second, "health") && !cr_slice_is(second, "info");
}
