/* repository_uri: from the text of the setting to a directory, or to a URL and its credentials. */
#include "repository_uri.h"

#include <inttypes.h>
#include <stdbool.h>

#include "cr_url.h"
#include "ssh_address.h"

/* What is read, and the key under which it was set. */
struct text {
    const char *key;
    struct cr_slice uri;
    struct cr_arena *arena;
    struct cr_err *err;
};

/* "user@host:path" without a slash before the colon, as git and ssh write it; any "scheme:" too. */
static bool has_colon_first(struct cr_slice uri)
{
    ptrdiff_t colon = cr_slice_find(uri, ':');
    ptrdiff_t slash = cr_slice_find(uri, '/');
    return colon > 0 && (slash < 0 || colon < slash);
}

static int no_memory(struct cr_err *err)
{
    return cr_err_set(err, CR_ENOMEM, "out of memory");
}

/* --- local --- */

static int file_path(const struct text *text, struct cr_slice *out_path)
{
    struct cr_slice path = cr_slice_from(text->uri, 5);
    if (cr_slice_starts(path, CR_SLICE("//"))) {
        path = cr_slice_from(path, 2);
        if (cr_slice_starts(path, CR_SLICE("localhost/")))
            path = cr_slice_from(path, 9);
    }
    if (path.len == 0 || path.ptr[0] != '/')
        return cr_err_set(text->err, CR_EINVAL,
                          "%s: '%.*s' names no absolute path: write file:///path/to/repository",
                          text->key, CR_SLICE_ARG(text->uri));
    *out_path = path;
    return 0;
}

static int parse_local(const struct text *text, struct repository_uri *out)
{
    struct cr_slice path = text->uri;
    if (cr_slice_starts(path, CR_SLICE("file:"))) {
        int rc = file_path(text, &path);
        if (rc < 0)
            return rc;
        if (cr_url_decode(path, text->arena, &path) < 0)
            return cr_err_set(text->err, CR_EINVAL, "%s: '%.*s' has a malformed percent-escape",
                              text->key, CR_SLICE_ARG(text->uri));
    }
    out->directory = cr_arena_slice(text->arena, path);
    out->shown = cr_arena_slice(text->arena, text->uri);
    return out->directory && out->shown ? 0 : no_memory(text->err);
}

/* --- remote --- */

/* A name that people recognise and that no two URLs share: the last part of the path, and a hash
 * (FNV-1a) of all of it. */
static const char *mirror_name(struct cr_slice shown, struct cr_slice path, struct cr_arena *arena)
{
    char name[64];
    size_t len = 0;
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < shown.len; i++)
        hash = (hash ^ (unsigned char)shown.ptr[i]) * 0x100000001b3u;
    struct cr_slice last = cr_slice_from(path, (size_t)(cr_slice_find_last(path, '/') + 1));
    if (cr_slice_ends(last, CR_SLICE(".git")))
        last.len -= 4;
    for (size_t i = 0; last.ptr && i < last.len && len < sizeof(name); i++) {
        char c = last.ptr[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        name[len++] = plain || c == '-' || c == '_' ? c : '_';
    }
    return cr_arena_printf(arena, "%.*s%s%016" PRIx64 ".git", (int)len, name, len > 0 ? "-" : "",
                           hash);
}

static int split_user_info(const struct text *text, const struct cr_url *url,
                           struct repository_uri *out)
{
    struct cr_arena *arena = text->arena;
    ptrdiff_t colon = cr_slice_find(url->user_info, ':');
    size_t end = colon < 0 ? url->user_info.len : (size_t)colon;
    struct cr_slice user = cr_slice_sub(url->user_info, 0, end);
    struct cr_slice password = cr_slice_from(url->user_info, end + 1);
    if (cr_url_decode(user, arena, &user) < 0 || cr_url_decode(password, arena, &password) < 0)
        return cr_err_set(text->err, CR_EINVAL,
                          "%s: user or password before '@' has a malformed percent-escape: write "
                          "%%40 for '@' and %%25 for '%%'",
                          text->key);
    out->username = cr_arena_slice(arena, user);
    out->password = cr_arena_slice(arena, password);
    return out->username && out->password ? 0 : no_memory(text->err);
}

static int parse_remote(const struct text *text, struct repository_uri *out)
{
    struct cr_url url;
    struct cr_slice uri = text->uri;
    struct cr_arena *arena = text->arena;
    if (cr_url_parse(uri, &url, NULL) < 0) /* its words could quote a password */
        return cr_err_set(text->err, CR_EINVAL,
                          "%s: not a URL: write scheme://host[:port]/path/to/repository, without "
                          "blanks",
                          text->key);
    size_t authority = url.scheme.len + 3;
    size_t user_info = url.user_info.len > 0 ? url.user_info.len + 1 : 0;
    out->shown = cr_arena_printf(arena, "%.*s%.*s", CR_SLICE_ARG(cr_slice_sub(uri, 0, authority)),
                                 CR_SLICE_ARG(cr_slice_from(uri, authority + user_info)));
    if (!out->shown)
        return no_memory(text->err);
    if (url.path.len < 2 || url.query.len > 0 || url.fragment.len > 0)
        return cr_err_set(text->err, CR_EINVAL,
                          "%s: '%s' names no repository: write %.*s://host/path/to/repository",
                          text->key, out->shown, CR_SLICE_ARG(url.scheme));
    out->mirror_name = mirror_name(cr_slice_of(out->shown), url.path, arena);
    return out->mirror_name ? split_user_info(text, &url, out) : no_memory(text->err);
}

/* The user is a part of such an address, a password is not shown. */
static int parse_ssh(const struct text *text, struct repository_uri *out)
{
    struct ssh_address address;
    struct cr_url url;
    struct cr_slice uri = text->uri;
    int rc = ssh_address_parse(uri, text->arena, &address, NULL); /* could quote a password */
    if (rc < 0)
        return rc == CR_ENOMEM ? no_memory(text->err)
                               : cr_err_set(text->err, CR_EINVAL,
                                            "%s: names no repository behind SSH: write "
                                            "ssh://user@host/path or user@host:path",
                                            text->key);
    bool is_url = cr_url_parse(uri, &url, NULL) == 0;
    if (is_url) {
        rc = split_user_info(text, &url, out);
        out->username = "";
    }
    if (rc < 0)
        return rc;
    out->shown =
        !is_url || url.user_info.len == 0
            ? cr_arena_slice(text->arena, uri)
            : cr_arena_printf(
                  text->arena, "%.*s://%s@%.*s", CR_SLICE_ARG(url.scheme), address.user,
                  CR_SLICE_ARG(cr_slice_from(uri, url.scheme.len + url.user_info.len + 4)));
    out->mirror_name =
        out->shown ? mirror_name(cr_slice_of(out->shown), cr_slice_of(address.path), text->arena)
                   : NULL;
    return out->mirror_name ? 0 : no_memory(text->err);
}

/* The text of the error ends where credentials may begin. */
static int refuse_scheme(const struct text *text)
{
    struct cr_slice uri = text->uri;
    struct cr_slice scheme = cr_slice_sub(uri, 0, (size_t)cr_slice_find(uri, ':'));
    return cr_err_set(text->err, CR_EINVAL,
                      "%s: '%.*s:...' is no transport that is known: ssh:, git:, http:, https: "
                      "and file: are",
                      text->key, CR_SLICE_ARG(scheme));
}

static bool is_remote(struct cr_slice text)
{
    static const char *const schemes[] = {"https://", "http://", "git://"};
    for (size_t i = 0; i < CR_COUNT(schemes); i++)
        if (cr_slice_starts(text, cr_slice_of(schemes[i])))
            return true;
    return false;
}

int repository_uri_parse(const char *key, struct cr_slice text, struct cr_arena *arena,
                         struct repository_uri *out_uri, struct cr_err *err)
{
    struct repository_uri uri = {.username = "", .password = ""};
    while (text.len > 1 && text.ptr[text.len - 1] == '/')
        text.len--;
    if (text.len == 0)
        return cr_err_set(err, CR_EINVAL,
                          "%s: not set: name a git repository, for example file:///srv/config",
                          key);
    if (cr_slice_find(text, '{') >= 0)
        return cr_err_set(
            err, CR_EINVAL,
            "%s: has a placeholder ('{') that is none of {application}, {profile} and "
            "{label}",
            key);
    struct text read = {key, text, arena, err};
    int rc;
    if (is_remote(text))
        rc = parse_remote(&read, &uri);
    else if (ssh_address_is(text))
        rc = parse_ssh(&read, &uri);
    else if (has_colon_first(text) && !cr_slice_starts(text, CR_SLICE("file:")))
        rc = refuse_scheme(&read);
    else
        rc = parse_local(&read, &uri);
    if (rc == 0)
        *out_uri = uri;
    return rc;
}
