/* ssh_address: "ssh://user@host:22/path" and "user@host:path". */
#include "ssh_address.h"

#include "cr_url.h"

static bool is_url(struct cr_slice text)
{
    return cr_slice_starts(text, CR_SLICE("ssh://")) ||
           cr_slice_starts(text, CR_SLICE("git+ssh://")) ||
           cr_slice_starts(text, CR_SLICE("ssh+git://"));
}

/* A colon before any slash, with something on both sides, and not "scheme://" or "helper::". */
static bool is_short(struct cr_slice text)
{
    ptrdiff_t colon = cr_slice_find(text, ':'), slash = cr_slice_find(text, '/');
    struct cr_slice rest = cr_slice_from(text, (size_t)(colon + 1));
    return colon > 0 && (slash < 0 || colon < slash) && rest.len > 0 && rest.ptr[0] != ':' &&
           !cr_slice_starts(rest, CR_SLICE("//"));
}

bool ssh_address_is(struct cr_slice text)
{
    return is_url(text) || (is_short(text) && !cr_slice_starts(text, CR_SLICE("file:")));
}

/* What stands where an option could stand is given to no program; nor is what is no text. */
static bool is_safe(const char *text)
{
    for (const char *at = text; *at; at++)
        if ((unsigned char)*at <= ' ' || *at == 0x7f)
            return false;
    return *text != '-';
}

static int check(const struct ssh_address *address, struct cr_slice text, struct cr_err *err)
{
    if (!address->user || !address->host || !address->path)
        return cr_err_set(err, CR_ENOMEM, "out of memory");
    if (!*address->host || !is_safe(address->host) || !is_safe(address->user) || !*address->path ||
        *address->path == '-')
        return cr_err_set(err, CR_EINVAL,
                          "'%.*s' names no repository: write ssh://user@host/path or "
                          "user@host:path",
                          CR_SLICE_ARG(text));
    return 0;
}

static int parse_url(struct cr_slice text, struct cr_arena *arena, struct ssh_address *out,
                     struct cr_err *err)
{
    struct cr_url url;
    struct cr_slice path, user;
    int rc = cr_url_parse(text, &url, err);
    if (rc < 0)
        return CR_EINVAL;
    ptrdiff_t colon = cr_slice_find(url.user_info, ':');
    user = colon < 0 ? url.user_info : cr_slice_sub(url.user_info, 0, (size_t)colon);
    if (cr_url_decode(url.path, arena, &path) < 0 || cr_url_decode(user, arena, &user) < 0)
        return cr_err_set(err, CR_EINVAL, "'%.*s' has a malformed percent-escape",
                          CR_SLICE_ARG(text));
    if (cr_slice_starts(path, CR_SLICE("/~"))) /* "/~/r.git", "/~user/r.git" */
        path = cr_slice_from(path, 1);
    *out = (struct ssh_address){
        .user = cr_arena_slice(arena, user),
        .host = cr_arena_slice(arena, url.host),
        .port = url.has_port ? url.port : 0,
        .path = cr_arena_slice(arena, path),
    };
    return 0;
}

static void parse_short(struct cr_slice text, struct cr_arena *arena, struct ssh_address *out)
{
    size_t colon = (size_t)cr_slice_find(text, ':');
    struct cr_slice place = cr_slice_sub(text, 0, colon);
    size_t host = (size_t)(cr_slice_find_last(place, '@') + 1);
    *out = (struct ssh_address){
        .user = cr_arena_slice(arena, cr_slice_sub(place, 0, host > 0 ? host - 1 : 0)),
        .host = cr_arena_slice(arena, cr_slice_from(place, host)),
        .path = cr_arena_slice(arena, cr_slice_from(text, colon + 1)),
    };
}

int ssh_address_parse(struct cr_slice text, struct cr_arena *arena, struct ssh_address *out_address,
                      struct cr_err *err)
{
    struct ssh_address address = {0};
    int rc = 0;
    if (!ssh_address_is(text))
        return cr_err_set(err, CR_EINVAL, "'%.*s' is no address of SSH", CR_SLICE_ARG(text));
    if (is_url(text))
        rc = parse_url(text, arena, &address, err);
    else
        parse_short(text, arena, &address);
    if (rc == 0)
        rc = check(&address, text, err);
    if (rc == 0)
        *out_address = address;
    return rc;
}
