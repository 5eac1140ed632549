/* One call at a time to the first registry that answers, interruptible. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cr_arena.h"
#include "cr_registry_client.h"
#include "cr_registry_link_private.h"
#include "cr_thread.h"
#include "cr_url.h"

struct server {
    const char *url;   /* ends in '/' */
    const char *shown; /* without credentials */
};

struct cr_registry_link {
    struct cr_registry_link_options options;
    struct cr_arena *arena; /* of the servers' texts */
    struct server servers[CR_REGISTRY_URLS_MAX];
    size_t count;

    struct cr_mutex mutex; /* of all below */
    struct cr_cond cond;
    size_t current; /* the server that answered last */
    bool interrupted;
    bool done; /* the running call */
    struct cr_registry_answer *answer;
};

/* For messages: without credentials, well-formed or not. */
static struct cr_slice shown(struct cr_slice text)
{
    ptrdiff_t at = cr_slice_find_last(text, '@');
    return at < 0 ? text : cr_slice_from(text, (size_t)at + 1);
}

/* "http://user:pw@host:9091/eureka" becomes ".../eureka/". */
static int add_server(struct cr_registry_link *link, struct cr_slice text, struct cr_err *err)
{
    struct cr_url url;
    if (link->count == CR_REGISTRY_URLS_MAX)
        return cr_err_set(err, CR_EINVAL, "registry: more than %d URLs", CR_REGISTRY_URLS_MAX);
    if (cr_url_parse(text, &url, err))
        return cr_err_prefix(err, "registry: '%.*s': ", CR_SLICE_ARG(shown(text)));
    if (!cr_slice_is(url.scheme, "http") && !cr_slice_is(url.scheme, "https"))
        return cr_err_set(err, CR_EINVAL, "registry: '%.*s': neither http nor https",
                          CR_SLICE_ARG(shown(text)));
    const char *slash = cr_slice_ends(text, CR_SLICE("/")) ? "" : "/";
    size_t start =
        url.user_info.len ? (size_t)(url.user_info.ptr - text.ptr) + url.user_info.len + 1 : 0;
    struct server *server = &link->servers[link->count++];
    server->url = cr_arena_printf(link->arena, "%.*s%s", CR_SLICE_ARG(text), slash);
    server->shown = !start ? server->url
                           : cr_arena_printf(link->arena, "%.*s://%.*s%s", CR_SLICE_ARG(url.scheme),
                                             CR_SLICE_ARG(cr_slice_from(text, start)), slash);
    return cr_arena_failed(link->arena) ? cr_err_set(err, CR_ENOMEM, "registry: no memory") : 0;
}

static int add_servers(struct cr_registry_link *link, struct cr_err *err)
{
    struct cr_slice rest = cr_slice_of(link->options.urls);
    struct cr_slice part;
    while (cr_slice_split(&rest, ',', &part)) {
        part = cr_slice_trim(part);
        if (part.len == 0)
            continue;
        int rc = add_server(link, part, err);
        if (rc)
            return rc;
    }
    return link->count ? 0 : cr_err_set(err, CR_EINVAL, "registry: no URL");
}

int cr_registry_link_new(const struct cr_registry_link_options *options,
                         struct cr_registry_link **out_link, struct cr_err *err)
{
    struct cr_registry_link *link = calloc(1, sizeof *link);
    if (!link)
        return cr_err_set(err, CR_ENOMEM, "registry: no memory");
    link->options = *options;
    cr_mutex_init(&link->mutex);
    cr_cond_init(&link->cond);
    link->arena = cr_arena_new(0);
    int rc =
        link->arena ? add_servers(link, err) : cr_err_set(err, CR_ENOMEM, "registry: no memory");
    link->options.urls = NULL;
    if (rc)
        cr_registry_link_free(link);
    else
        *out_link = link;
    return rc;
}

void cr_registry_link_free(struct cr_registry_link *link)
{
    if (!link)
        return;
    cr_cond_fini(&link->cond);
    cr_mutex_fini(&link->mutex);
    cr_arena_free(link->arena);
    free(link);
}

/* On the HTTP client's thread. */
static void call_done(const struct cr_http_response *response, void *ctx)
{
    struct cr_registry_link *link = ctx;
    CR_LOCKED(&link->mutex);
    struct cr_registry_answer *answer = link->answer;
    answer->status = response->code ? 0 : response->status;
    if (response->code)
        snprintf(answer->problem, sizeof answer->problem, "%s", response->err.text);
    else
        cr_buf_slice(&answer->body, response->body);
    link->done = true;
    cr_cond_broadcast(&link->cond);
}

/* Waits for call_done, which comes in any case: the call has a deadline. */
static void wait_done(struct cr_registry_link *link, uint64_t id)
{
    CR_LOCKED(&link->mutex);
    bool cancelled = false;
    while (!link->done) {
        if (link->interrupted && !cancelled) {
            cancelled = true;
            cr_mutex_unlock(&link->mutex);
            cr_http_client_cancel(link->options.http, id);
            cr_mutex_lock(&link->mutex);
            continue;
        }
        cr_cond_wait(&link->cond, &link->mutex);
    }
}

static int call_server(struct cr_registry_link *link, const struct server *server,
                       const struct cr_registry_request *request, struct cr_registry_answer *answer)
{
    CR_AUTO(cr_buf) url = {0};
    cr_buf_printf(&url, "%s%s", server->url, request->path);
    if (cr_buf_status(&url))
        return CR_ENOMEM;
    const struct cr_http_pair accept = {"Accept", "application/json"};
    const struct cr_http_call call = {
        .method = request->method,
        .url = url.data,
        .headers = &accept,
        .header_count = 1,
        .content_type = request->body.len ? "application/json" : NULL,
        .body = request->body,
        .connect_ms = link->options.connect_timeout_ms,
        .total_ms = request->total_ms ? request->total_ms : link->options.timeout_ms,
        .body_max = link->options.body_max_bytes,
        .gzip = request->gzip,
    };
    cr_mutex_lock(&link->mutex);
    link->answer = answer;
    link->done = false;
    cr_mutex_unlock(&link->mutex);
    uint64_t id = 0;
    int rc = cr_http_client_send(link->options.http, &call, call_done, link, &id);
    if (rc) {
        snprintf(answer->problem, sizeof answer->problem, "%s: cannot call: %s", server->shown,
                 cr_code_name(rc));
        return rc;
    }
    wait_done(link, id);
    return cr_buf_status(&answer->body);
}

static bool settled(const struct cr_registry_request *request, int status)
{
    for (size_t i = 0; i < CR_REGISTRY_SETTLES_MAX; i++)
        if (status == request->settles[i] && status > 0)
            return true;
    return status >= 200 && status < 300;
}

static bool interrupted(struct cr_registry_link *link)
{
    CR_LOCKED(&link->mutex);
    return link->interrupted;
}

static void answer_reset(struct cr_registry_answer *answer)
{
    cr_buf_reset(&answer->body);
    answer->status = 0;
    answer->problem[0] = '\0';
}

/* What a server that should have said something else said; the start of its text helps most. */
static void name_problem(const struct server *server, const struct cr_registry_request *request,
                         struct cr_registry_answer *answer)
{
    if (answer->status == 0)
        return;
    struct cr_slice text = cr_slice_sub(cr_buf_view(&answer->body), 0, 100);
    snprintf(answer->problem, sizeof answer->problem, "%s %s%s answered %d%s%.*s", request->method,
             server->shown, request->path, answer->status, text.len ? ": " : "",
             CR_SLICE_ARG(text));
}

int cr_registry_link_call(struct cr_registry_link *link, const struct cr_registry_request *request,
                          struct cr_registry_answer *answer)
{
    size_t first = cr_registry_link_current(link);
    for (size_t i = 0; i < link->count; i++) {
        answer_reset(answer);
        if (interrupted(link)) {
            snprintf(answer->problem, sizeof answer->problem, "interrupted");
            return CR_EUNAVAILABLE;
        }
        size_t index = (first + i) % link->count;
        const struct server *server = &link->servers[index];
        int rc = call_server(link, server, request, answer);
        if (rc == CR_ENOMEM)
            return rc;
        if (rc == 0 && settled(request, answer->status)) {
            CR_LOCKED(&link->mutex);
            link->current = index;
            return 0;
        }
        name_problem(server, request, answer);
    }
    return CR_EUNAVAILABLE;
}

void cr_registry_link_interrupt(struct cr_registry_link *link)
{
    CR_LOCKED(&link->mutex);
    link->interrupted = true;
    cr_cond_broadcast(&link->cond);
}

void cr_registry_link_resume(struct cr_registry_link *link)
{
    CR_LOCKED(&link->mutex);
    link->interrupted = false;
}

void cr_registry_link_url(struct cr_registry_link *link, char *out, size_t size)
{
    CR_LOCKED(&link->mutex);
    snprintf(out, size, "%s", link->servers[link->current].shown);
}

size_t cr_registry_link_count(const struct cr_registry_link *link)
{
    return link->count;
}

const char *cr_registry_link_server(const struct cr_registry_link *link, size_t index)
{
    return link->servers[index].url;
}

const char *cr_registry_link_shown(const struct cr_registry_link *link, size_t index)
{
    return link->servers[index].shown;
}

size_t cr_registry_link_current(struct cr_registry_link *link)
{
    CR_LOCKED(&link->mutex);
    return link->current;
}

void cr_registry_link_prefer(struct cr_registry_link *link, size_t index)
{
    CR_LOCKED(&link->mutex);
    link->current = index;
}
