/* The request object: what the head said, copied, so that it outlives its connection. */
#include <stdlib.h>
#include <string.h>

#include "cr_clock.h"
#include "cr_err.h"
#include "cr_http_gzip.h"
#include "cr_http_private.h"
#include "cr_http_target.h"
#include "cr_url.h"

enum { FIELDS_MAX = 100, NS_PER_MS = 1000000 };

static struct cr_slice keep(struct cr_http_request *req, struct cr_slice text)
{
    const char *copy = cr_arena_slice(req->arena, text);
    return copy ? (struct cr_slice){copy, text.len} : (struct cr_slice){"", 0};
}

static void split_target(struct cr_http_request *req)
{
    struct cr_http_target target = {req->target, CR_SLICE("")};
    req->bad_target = cr_http_target_parse(req->target, &target) != 0;
    req->path = keep(req, target.path);
    req->query = target.query;
}

void *cr_http_request_new(void *cls, const char *target, struct MHD_Connection *mhd)
{
    struct cr_http_server *server = cls;
    struct cr_http_request *req = malloc(sizeof *req); /* unlike calloc from the thread's cache */
    struct cr_arena *arena = cr_arena_new(server->options.arena_max);
    if (!req || !arena) {
        cr_arena_free(arena);
        free(req);
        return NULL;
    }
    *req = (struct cr_http_request){
        .server = server,
        .mhd = mhd,
        .connection = cr_http_connection_of(mhd),
        .holders = 1,
        .arena = arena,
        .started_ns = cr_clock_ns(),
    };
    cr_http_server_ref(server);
    req->target = keep(req, cr_slice_of(target));
    split_target(req);
    if (req->connection) {
        req->peer = cr_arena_text(req->arena, req->connection->peer);
        /* The first head of a connection has its time from the first byte waited for. */
        if (req->connection->asked)
            cr_http_connection_phase_at(req->connection, CR_HTTP_HEAD, req->started_ns / NS_PER_MS);
    }
    return req;
}

void cr_http_request_unref(struct cr_http_request *req)
{
    if (atomic_fetch_sub(&req->holders, 1) != 1)
        return;
    struct cr_http_server *server = req->server;
    cr_buf_free(&req->body);
    cr_buf_free(&req->answer.body);
    if (req->answer.made) /* of a request that drain gave up on */
        MHD_destroy_response(req->answer.made);
    cr_arena_free(req->arena);
    free(req);
    cr_http_server_unref(server);
}

/* --- the head --- */

struct head {
    struct cr_http_request *req;
    size_t hosts, lengths, codings;
    bool bad;
};

/* What most names are made of, without a search. */
static bool is_plain(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-';
}

/* A name or an address with an optional port; empty is allowed (RFC 9112 section 3.2). */
static bool is_host(struct cr_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (!is_plain(c) && (c <= ' ' || c >= 0x7f || strchr("\"#,/<>?@\\^`{|}", c)))
            return false;
    }
    return true;
}

static bool is_token(struct cr_slice text)
{
    if (text.len == 0)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (!is_plain(c) && (c <= ' ' || c >= 0x7f || strchr("\"(),/:;<=>?@[\\]{}", c)))
            return false;
    }
    return true;
}

static bool is_digits(struct cr_slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
    return text.len > 0 && text.len < 19;
}

/* Framing by RFC 9112 section 6.3, without its leniencies. */
static void judge(struct head *head, const struct cr_http_field *field)
{
    if (!is_token(field->name))
        head->bad = true;
    if (cr_slice_equal_nocase(field->name, CR_SLICE("Host"))) {
        head->hosts++;
        head->bad = head->bad || !is_host(field->value);
    }
    if (cr_slice_equal_nocase(field->name, CR_SLICE("Content-Length"))) {
        head->lengths++;
        head->bad = head->bad || !is_digits(field->value);
    }
    if (cr_slice_equal_nocase(field->name, CR_SLICE("Transfer-Encoding"))) {
        head->codings++;
        head->bad = head->bad || !cr_slice_equal_nocase(field->value, CR_SLICE("chunked"));
    }
}

static enum MHD_Result take_field(void *cls, enum MHD_ValueKind kind, const char *name,
                                  size_t name_len, const char *value, size_t value_len)
{
    (void)kind;
    struct head *head = cls;
    struct cr_http_request *req = head->req;
    if (req->field_count == FIELDS_MAX) {
        head->bad = true;
        return MHD_NO;
    }
    struct cr_http_field *field = &req->fields[req->field_count++];
    field->name = keep(req, (struct cr_slice){name, name_len});
    field->value = keep(req, cr_slice_trim((struct cr_slice){value, value_len}));
    judge(head, field);
    return MHD_YES;
}

int cr_http_request_take_head(struct cr_http_request *req, const char *method, const char *version)
{
    int count = MHD_get_connection_values_n(req->mhd, MHD_HEADER_KIND, NULL, NULL);
    struct head head = {.req = req};
    req->method = cr_arena_text(req->arena, method);
    req->head_only = strcmp(method, "HEAD") == 0;
    size_t room = count > FIELDS_MAX ? FIELDS_MAX : (size_t)(count < 0 ? 0 : count);
    req->fields = cr_arena_array(req->arena, room ? room : 1, sizeof *req->fields);
    if (!req->fields || count > FIELDS_MAX)
        return CR_EPARSE;
    MHD_get_connection_values_n(req->mhd, MHD_HEADER_KIND, take_field, &head);
    bool chunked_old = head.codings && strcmp(version, "HTTP/1.1") != 0;
    bool no_host = head.hosts == 0 && strcmp(version, "HTTP/1.1") == 0;
    if (req->bad_target || head.bad || head.hosts > 1 || head.lengths + head.codings > 1 ||
        chunked_old || no_host || cr_arena_failed(req->arena))
        return CR_EPARSE;
    return 0;
}

/* --- the body --- */

/* The one coding of the body; several are unknown. */
static enum cr_http_coding body_coding(const struct cr_http_request *req)
{
    enum cr_http_coding all = CR_HTTP_CODING_NONE;
    for (size_t i = 0; i < req->field_count; i++) {
        if (!cr_slice_equal_nocase(req->fields[i].name, CR_SLICE("Content-Encoding")))
            continue;
        enum cr_http_coding one = cr_http_coding_of(req->fields[i].value);
        if (one != CR_HTTP_CODING_NONE)
            all = all == CR_HTTP_CODING_NONE ? one : CR_HTTP_CODING_UNKNOWN;
    }
    return all;
}

bool cr_http_request_readable(const struct cr_http_request *req)
{
    return body_coding(req) != CR_HTTP_CODING_UNKNOWN;
}

int cr_http_request_unpack(struct cr_http_request *req)
{
    if (req->body.len == 0 || body_coding(req) != CR_HTTP_CODING_GZIP)
        return 0;
    CR_AUTO(cr_buf) plain = {.max = req->body.max};
    int rc = cr_http_gunzip(cr_buf_view(&req->body), &plain);
    if (rc)
        return rc;
    cr_buf_free(&req->body);
    req->body = plain;
    plain = (struct cr_buf){0};
    size_t kept = 0; /* the coding was the wire's: nobody shall unpack twice */
    for (size_t i = 0; i < req->field_count; i++)
        if (!cr_slice_equal_nocase(req->fields[i].name, CR_SLICE("Content-Encoding")))
            req->fields[kept++] = req->fields[i];
    req->field_count = kept;
    return 0;
}

/* --- accessors --- */

const char *cr_http_method(const struct cr_http_request *req)
{
    return req->method;
}

struct cr_slice cr_http_target(const struct cr_http_request *req)
{
    return req->target;
}

struct cr_slice cr_http_path(const struct cr_http_request *req)
{
    return req->path;
}

struct cr_slice cr_http_query_text(const struct cr_http_request *req)
{
    return req->query;
}

const char *cr_http_pattern(const struct cr_http_request *req)
{
    return req->match.route ? req->match.route->pattern : "";
}

struct cr_slice cr_http_param(const struct cr_http_request *req, const char *name)
{
    for (size_t i = 0; i < req->match.param_count; i++)
        if (cr_slice_is(req->match.param_names[i], name))
            return req->match.param_values[i];
    return (struct cr_slice){NULL, 0};
}

/* A malformed escape leaves the text as it came. */
static struct cr_slice decode_form(const struct cr_http_request *req, struct cr_slice text)
{
    struct cr_slice decoded;
    if (cr_url_decode_form(text, req->arena, &decoded) == 0)
        return decoded;
    const char *copy = cr_arena_slice(req->arena, text);
    return copy ? (struct cr_slice){copy, text.len} : (struct cr_slice){"", 0};
}

/* The next pair as it came. */
static bool next_pair(const struct cr_http_request *req, size_t *cursor, struct cr_slice *out_name,
                      struct cr_slice *out_value)
{
    if (*cursor > req->query.len)
        return false;
    struct cr_slice rest = cr_slice_from(req->query, *cursor);
    if (rest.len == 0 || !cr_url_query_next(&rest, out_name, out_value)) {
        *cursor = req->query.len + 1;
        return false;
    }
    *cursor = rest.ptr ? (size_t)(rest.ptr - req->query.ptr) : req->query.len + 1;
    return true;
}

bool cr_http_query_next(const struct cr_http_request *req, size_t *cursor,
                        struct cr_slice *out_name, struct cr_slice *out_value)
{
    struct cr_slice name, value;
    if (!next_pair(req, cursor, &name, &value))
        return false;
    *out_name = decode_form(req, name);
    *out_value = decode_form(req, value);
    return true;
}

static bool is_named(const struct cr_http_request *req, struct cr_slice raw, const char *name)
{
    bool encoded = cr_slice_find(raw, '%') >= 0 || cr_slice_find(raw, '+') >= 0;
    return cr_slice_is(encoded ? decode_form(req, raw) : raw, name);
}

struct cr_slice cr_http_query(const struct cr_http_request *req, const char *name)
{
    size_t cursor = 0;
    struct cr_slice key, value;
    while (next_pair(req, &cursor, &key, &value))
        if (is_named(req, key, name))
            return decode_form(req, value);
    return (struct cr_slice){NULL, 0};
}

struct cr_slice cr_http_header(const struct cr_http_request *req, const char *name)
{
    struct cr_slice wanted = cr_slice_of(name);
    for (size_t i = 0; i < req->field_count; i++)
        if (cr_slice_equal_nocase(req->fields[i].name, wanted))
            return req->fields[i].value;
    return (struct cr_slice){NULL, 0};
}

bool cr_http_header_next(const struct cr_http_request *req, size_t *cursor,
                         struct cr_slice *out_name, struct cr_slice *out_value)
{
    if (*cursor >= req->field_count)
        return false;
    *out_name = req->fields[*cursor].name;
    *out_value = req->fields[(*cursor)++].value;
    return true;
}

struct cr_slice cr_http_body(const struct cr_http_request *req)
{
    return req->body.data ? cr_buf_view(&req->body) : CR_SLICE("");
}

const char *cr_http_peer(const struct cr_http_request *req)
{
    return req->peer ? req->peer : "";
}

struct cr_arena *cr_http_arena(struct cr_http_request *req)
{
    return req->arena;
}
