/* One call: libcurl's options, its callbacks, and what its results mean. */
#include "cr_http_transfer_private.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "cr_array.h"
#include "cr_assert.h"
#include "cr_buf.h"
#include "cr_clock.h"
#include "cr_int.h"
#include "cr_url.h"

enum {
    CONNECT_MS = 2000,
    TOTAL_MS = 10000,
    BODY_MAX = 1024 * 1024,
    HEADERS_MAX = 128,
    HEAD_BYTES_MAX = 64 * 1024,
    CONNECTION_AGE_S = 25, /* below the 30 s after which our own servers close idle ones */
};

/* --- copying the call --- */

static bool is_line(const char *text)
{
    return text && !strpbrk(text, "\r\n");
}

static int copy_headers(struct cr_http_transfer *t, const struct cr_http_call *call)
{
    struct cr_http_pair *copy = cr_arena_array(t->arena, call->header_count + 1, sizeof *copy);
    for (size_t i = 0; copy && i < call->header_count; i++) {
        if (!is_line(call->headers[i].name) || !is_line(call->headers[i].value))
            return CR_EINVAL;
        copy[i].name = cr_arena_text(t->arena, call->headers[i].name);
        copy[i].value = cr_arena_text(t->arena, call->headers[i].value);
    }
    t->call.headers = copy;
    return 0;
}

static int copy_call(struct cr_http_transfer *t, const struct cr_http_call *call)
{
    struct cr_url url;
    if (!call->url || cr_url_parse(cr_slice_of(call->url), &url, NULL) ||
        (!cr_slice_is(url.scheme, "http") && !cr_slice_is(url.scheme, "https")) ||
        (call->content_type && !is_line(call->content_type)) ||
        (call->method && !is_line(call->method)))
        return CR_EINVAL;
    t->call = *call;
    const char *method = call->method ? call->method : call->body.len ? "POST" : "GET";
    t->call.method = cr_arena_text(t->arena, method);
    t->call.url = cr_arena_text(t->arena, call->url);
    t->call.unix_path = call->unix_path ? cr_arena_text(t->arena, call->unix_path) : NULL;
    t->call.content_type = call->content_type ? cr_arena_text(t->arena, call->content_type) : NULL;
    t->call.body.ptr = cr_arena_slice(t->arena, call->body);
    t->call.connect_ms = call->connect_ms > 0 ? call->connect_ms : CONNECT_MS;
    t->call.total_ms = call->total_ms > 0 ? call->total_ms : TOTAL_MS;
    t->call.body_max = call->body_max ? call->body_max : BODY_MAX;
    t->body.max = t->call.body_max;
    int rc = copy_headers(t, call);
    return rc ? rc : cr_arena_failed(t->arena) ? CR_ENOMEM : 0;
}

int cr_http_transfer_new(const struct cr_http_call *call, cr_http_done done, void *ctx,
                         struct cr_http_transfer **out)
{
    struct cr_http_transfer *t = calloc(1, sizeof *t);
    if (!t)
        return CR_ENOMEM;
    t->done = done;
    t->ctx = ctx;
    t->arena = cr_arena_new(0);
    int rc = t->arena ? copy_call(t, call) : CR_ENOMEM;
    if (rc) {
        cr_http_transfer_free(t);
        return rc;
    }
    *out = t;
    return 0;
}

void cr_http_transfer_free(struct cr_http_transfer *t)
{
    curl_slist_free_all(t->lines);
    cr_buf_free(&t->body);
    free(t->headers);
    cr_arena_free(t->arena);
    free(t);
}

/* --- libcurl's callbacks; 0 ends the transfer --- */

static size_t end_with(struct cr_http_transfer *t, enum cr_http_cause cause, int code)
{
    t->cause = cause;
    t->code = code;
    return 0;
}

static struct cr_http_response response_of(const struct cr_http_transfer *t)
{
    return (struct cr_http_response){
        .status = t->status,
        .headers = t->headers,
        .header_count = t->header_count,
        .body = t->body.data ? cr_buf_view(&t->body) : CR_SLICE(""),
    };
}

static int add_header(struct cr_http_transfer *t, struct cr_slice line)
{
    ptrdiff_t colon = cr_slice_find(line, ':');
    if (colon <= 0)
        return 0;
    if (t->header_count == HEADERS_MAX || t->head_bytes > HEAD_BYTES_MAX)
        return CR_ELIMIT;
    if (!CR_ARRAY_ROOM(t->headers, t->header_count, t->header_capacity))
        return CR_ENOMEM;
    struct cr_http_pair *pair = &t->headers[t->header_count];
    pair->name = cr_arena_slice(t->arena, cr_slice_sub(line, 0, (size_t)colon));
    pair->value = cr_arena_slice(t->arena, cr_slice_trim(cr_slice_from(line, (size_t)colon + 1)));
    if (!pair->name || !pair->value)
        return CR_ENOMEM;
    t->header_count++;
    return 0;
}

static int complete_head(struct cr_http_transfer *t)
{
    long status = 0;
    curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
    t->status = (int)status;
    if (status < 200) /* 100 Continue, 103 Early Hints: the real head follows */
        return 0;
    t->head_complete = true;
    t->streaming = t->call.on_data && status < 300;
    if (!t->call.on_head)
        return 0;
    struct cr_http_response head = response_of(t);
    return t->call.on_head(&head, t->ctx);
}

/* NOLINTNEXTLINE(readability-non-const-parameter): libcurl's signature */
static size_t on_header(char *data, size_t size, size_t count, void *ctx)
{
    struct cr_http_transfer *t = ctx;
    size_t len = size * count;
    struct cr_slice line = cr_slice_trim((struct cr_slice){data, len});
    t->last_ms = cr_clock_ms();
    if (t->head_complete) /* a trailer */
        return len;
    if (cr_slice_starts(line, CR_SLICE("HTTP/"))) {
        t->header_count = 0;
        return len;
    }
    if (line.len == 0)
        return complete_head(t) ? end_with(t, CR_HTTP_CANCELLED, CR_EUNAVAILABLE) : len;
    t->head_bytes += len;
    int rc = add_header(t, line);
    if (rc)
        return end_with(t, CR_HTTP_TOO_LARGE, rc);
    return len;
}

/* NOLINTNEXTLINE(readability-non-const-parameter): libcurl's signature */
static size_t on_body(char *data, size_t size, size_t count, void *ctx)
{
    struct cr_http_transfer *t = ctx;
    struct cr_slice piece = {data, size * count};
    t->last_ms = cr_clock_ms();
    if (t->streaming) {
        if (t->call.on_data(piece, t->ctx))
            return end_with(t, CR_HTTP_CANCELLED, CR_EUNAVAILABLE);
        return piece.len;
    }
    cr_buf_slice(&t->body, piece);
    if (t->body.failed)
        return end_with(t, CR_HTTP_TOO_LARGE, t->body.failed);
    return piece.len;
}

static curl_socket_t on_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *address)
{
    (void)purpose;
    struct cr_http_transfer *t = ctx;
    char text[NI_MAXHOST];
    if (getnameinfo(&address->addr, address->addrlen, text, sizeof text, NULL, 0, NI_NUMERICHOST) ||
        !t->call.may_connect(text, t->ctx))
        return CURL_SOCKET_BAD;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* --- the start --- */

static int add_line(struct cr_http_transfer *t, const char *name, const char *value)
{
    /* libcurl takes "Name:" as "leave it out" and "Name;" as "send it empty". */
    const char *line = value && *value ? cr_arena_printf(t->arena, "%s: %s", name, value)
                                       : cr_arena_printf(t->arena, "%s%s", name, value ? ";" : ":");
    struct curl_slist *lines = line ? curl_slist_append(t->lines, line) : NULL;
    if (!lines)
        return CR_ENOMEM;
    t->lines = lines;
    return 0;
}

static int add_lines(struct cr_http_transfer *t)
{
    int rc = add_line(t, "Expect", NULL);
    if (rc == 0)
        rc = add_line(t, "Content-Type", t->call.content_type);
    for (size_t i = 0; rc == 0 && i < t->call.header_count; i++)
        rc = add_line(t, t->call.headers[i].name, t->call.headers[i].value);
    return rc;
}

static void set_method(const struct cr_http_transfer *t, CURL *easy)
{
    const char *method = t->call.method;
    bool carries = t->call.body.len || strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0 ||
                   strcmp(method, "PATCH") == 0;
    if (carries) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)t->call.body.len);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, t->call.body.ptr);
    }
    if (strcmp(method, "HEAD") == 0)
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    else
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method);
}

static void set_policy(const struct cr_http_transfer *t, CURL *easy, const char *user_agent)
{
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, (long)CONNECTION_AGE_S);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, user_agent);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)t->call.connect_ms);
    if (!t->call.on_data)
        curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)t->call.total_ms);
    if (t->call.unix_path)
        curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, t->call.unix_path);
    if (t->call.gzip)
        curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
    if (t->call.may_connect) {
        curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L); /* one that exists was not asked for */
        curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
        curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_socket);
        curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, t);
    }
}

int cr_http_transfer_start(struct cr_http_transfer *t, CURL *easy, const char *user_agent,
                           int64_t now_ms)
{
    t->easy = easy;
    t->started_ms = now_ms;
    t->last_ms = now_ms;
    int rc = add_lines(t);
    if (rc || curl_easy_setopt(easy, CURLOPT_URL, t->call.url) != CURLE_OK)
        return CR_ENOMEM;
    set_policy(t, easy, user_agent);
    set_method(t, easy);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, t);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, t->curl_text);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, t->lines);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, t);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, t);
    return 0;
}

int64_t cr_http_transfer_deadline_ms(const struct cr_http_transfer *t)
{
    if (!t->call.on_data)
        return INT64_MAX; /* libcurl keeps it */
    if (!t->head_complete)
        return t->started_ms + t->call.total_ms;
    return t->call.idle_ms > 0 ? t->last_ms + t->call.idle_ms : INT64_MAX;
}

/* --- the end --- */

static const struct {
    CURLcode result;
    enum cr_http_cause cause;
    int code;
} meanings[] = {
    {CURLE_OK, CR_HTTP_DONE, 0},
    {CURLE_COULDNT_RESOLVE_HOST, CR_HTTP_REFUSED, CR_EUNAVAILABLE},
    {CURLE_COULDNT_CONNECT, CR_HTTP_REFUSED, CR_EUNAVAILABLE},
    {CURLE_SSL_CONNECT_ERROR, CR_HTTP_REFUSED, CR_EUNAVAILABLE},
    {CURLE_PEER_FAILED_VERIFICATION, CR_HTTP_REFUSED, CR_EUNAVAILABLE},
    {CURLE_OPERATION_TIMEDOUT, CR_HTTP_TIMEOUT, CR_ETIMEOUT},
    {CURLE_UNSUPPORTED_PROTOCOL, CR_HTTP_GARBLED, CR_EPARSE},
    {CURLE_WEIRD_SERVER_REPLY, CR_HTTP_GARBLED, CR_EPARSE},
    {CURLE_BAD_CONTENT_ENCODING, CR_HTTP_GARBLED, CR_EPARSE},
    {CURLE_OUT_OF_MEMORY, CR_HTTP_BROKEN, CR_ENOMEM},
};

static const char *const cause_names[] = {
    [CR_HTTP_DONE] = "done",
    [CR_HTTP_REFUSED] = "no connection",
    [CR_HTTP_CONNECT_TIMEOUT] = "connect timeout",
    [CR_HTTP_TIMEOUT] = "timeout",
    [CR_HTTP_BROKEN] = "connection broken",
    [CR_HTTP_TOO_LARGE] = "answer too large",
    [CR_HTTP_GARBLED] = "answer is not HTTP",
    [CR_HTTP_CANCELLED] = "cancelled",
};

const char *cr_http_cause_name(enum cr_http_cause cause)
{
    return cause_names[cause];
}

static bool was_connected(const struct cr_http_transfer *t)
{
    curl_off_t us = 0;
    return t->easy && curl_easy_getinfo(t->easy, CURLINFO_PRETRANSFER_TIME_T, &us) == CURLE_OK &&
           us > 0;
}

static void judge(struct cr_http_transfer *t, CURLcode result)
{
    if (result == CURLE_OK && !t->head_complete) /* closed in the middle of a header line */
        result = CURLE_RECV_ERROR;
    if (t->cause == CR_HTTP_DONE) {
        t->cause = CR_HTTP_BROKEN;
        t->code = CR_EUNAVAILABLE;
        for (size_t i = 0; i < CR_COUNT(meanings); i++)
            if (meanings[i].result == result) {
                t->cause = meanings[i].cause;
                t->code = meanings[i].code;
            }
    }
    if (t->cause == CR_HTTP_TIMEOUT && !was_connected(t))
        t->cause = CR_HTTP_CONNECT_TIMEOUT;
}

/* The URL without user, password and query: none of them belongs into a log. */
static void describe(const struct cr_http_transfer *t, struct cr_err *err)
{
    struct cr_url url;
    if (cr_url_parse(cr_slice_of(t->call.url), &url, NULL))
        return;
    const char *detail = t->curl_text[0] ? t->curl_text : cause_names[t->cause];
    cr_err_set(err, t->code, "%s %.*s://%.*s:%d%.*s: %s", t->call.method, CR_SLICE_ARG(url.scheme),
               CR_SLICE_ARG(url.host), url.port, CR_SLICE_ARG(url.path), detail);
}

enum cr_http_cause cr_http_transfer_finish(struct cr_http_transfer *t, CURLcode result,
                                           int64_t now_ms)
{
    judge(t, result);
    struct cr_http_response response = response_of(t);
    response.code = t->code;
    response.cause = t->cause;
    response.elapsed_ms = t->started_ms ? now_ms - t->started_ms : 0;
    if (t->cause != CR_HTTP_DONE)
        describe(t, &response.err);
    t->done(&response, t->ctx);
    cr_http_transfer_free(t);
    return response.cause;
}

const char *cr_http_response_header(const struct cr_http_response *response, const char *name)
{
    struct cr_slice wanted = cr_slice_of(name);
    for (size_t i = 0; i < response->header_count; i++)
        if (cr_slice_equal_nocase(cr_slice_of(response->headers[i].name), wanted))
            return response->headers[i].value;
    return NULL;
}
