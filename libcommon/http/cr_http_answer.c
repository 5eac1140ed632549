/* Answers: kept in the request by whoever answers, turned into bytes on the exchange's thread. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cr_assert.h"
#include "cr_clock.h"
#include "cr_err.h"
#include "cr_http_basic.h"
#include "cr_http_gzip.h"
#include "cr_http_private.h"
#include "cr_http_status.h"
#include "cr_json_writer.h"

/* --- by the handler, on any thread --- */

bool cr_http_answer_settle(struct cr_http_request *req)
{
    enum cr_http_state before = req->state;
    CR_ASSERT(before == CR_HTTP_RUNNING || before == CR_HTTP_SUSPENDED ||
              before == CR_HTTP_ABANDONED); /* answered twice? */
    if (before == CR_HTTP_ABANDONED)
        return false;
    req->state = CR_HTTP_ANSWERED;
    cr_list_remove(&req->node);
    if (before == CR_HTTP_SUSPENDED)
        MHD_resume_connection(req->mhd);
    return true;
}

static void settle(struct cr_http_request *req)
{
    cr_mutex_lock(&req->server->lock);
    (void)cr_http_answer_settle(req);
    cr_mutex_unlock(&req->server->lock);
    cr_http_request_unref(req);
}

void cr_http_answer_header(struct cr_http_request *req, const char *name, const char *value)
{
    struct cr_http_answer_field *field = cr_arena_alloc(req->arena, sizeof *field);
    if (!field)
        return;
    field->name = cr_arena_text(req->arena, name);
    field->value = cr_arena_text(req->arena, value);
    if (!field->name || !field->value)
        return;
    struct cr_http_answer_field **end = &req->answer.fields;
    while (*end)
        end = &(*end)->next;
    *end = field;
}

static void set_answer(struct cr_http_request *req, int status, const char *content_type)
{
    req->answer.status = status;
    req->answer.content_type = content_type ? cr_arena_text(req->arena, content_type) : NULL;
}

void cr_http_answer(struct cr_http_request *req, int status, const char *content_type,
                    struct cr_slice body)
{
    set_answer(req, status, content_type);
    cr_buf_slice(&req->answer.body, body);
    settle(req);
}

void cr_http_answer_buf(struct cr_http_request *req, int status, const char *content_type,
                        struct cr_buf *body)
{
    set_answer(req, status, content_type);
    req->answer.body = *body;
    *body = (struct cr_buf){.max = body->max};
    settle(req);
}

static struct MHD_Response *response_of_pieces(const struct cr_http_pieces *body)
{
    struct MHD_IoVec vectors[CR_HTTP_PIECES_MAX];
    unsigned count = 0;
    for (size_t i = 0; i < body->count && body->count <= CR_HTTP_PIECES_MAX; i++)
        if (body->items[i].len)
            vectors[count++] = (struct MHD_IoVec){body->items[i].ptr, body->items[i].len};
    return count ? MHD_create_response_from_iovec(vectors, count, body->release, body->owner)
                 : NULL;
}

void cr_http_answer_pieces(struct cr_http_request *req, int status, const char *content_type,
                           const struct cr_http_pieces *body)
{
    set_answer(req, status, content_type);
    req->answer.made = response_of_pieces(body);
    if (!req->answer.made) {
        body->release(body->owner);
        req->answer.body.failed = CR_ENOMEM;
    }
    settle(req);
}

/* "2026-11-25T03:08:48.123+00:00", as Boot writes it. */
static void boot_time(char out[CR_RFC3339_SIZE + 5])
{
    char time[CR_RFC3339_SIZE];
    cr_clock_rfc3339(cr_clock_wall_ms(), time);
    snprintf(out, CR_RFC3339_SIZE + 5, "%.23s+00:00", time);
}

void cr_http_problem_write(struct cr_buf *out, int status, struct cr_slice path, const char *detail)
{
    char time[CR_RFC3339_SIZE + 5];
    struct cr_json_writer w;
    boot_time(time);
    cr_json_init(&w, out);
    cr_json_begin_object(&w);
    cr_json_pair_text(&w, "type", "about:blank");
    cr_json_pair_text(&w, "title", cr_http_status_text(status));
    cr_json_pair_int(&w, "status", status);
    cr_json_pair_text(&w, "detail", detail);
    cr_json_pair_string(&w, "instance", path);
    cr_json_pair_text(&w, "timestamp", time);
    cr_json_pair_text(&w, "error", cr_http_status_text(status));
    cr_json_pair_text(&w, "message", detail);
    cr_json_pair_string(&w, "path", path);
    cr_json_end_object(&w);
}

static const char problem_type[] = "application/problem+json";

void cr_http_problem(struct cr_http_request *req, int status, const char *format, ...)
{
    CR_AUTO(cr_buf) detail = {0};
    va_list args;
    va_start(args, format);
    cr_buf_vprintf(&detail, format, args);
    va_end(args);
    set_answer(req, status, problem_type);
    cr_buf_reset(&req->answer.body);
    cr_http_problem_write(&req->answer.body, status, req->path, detail.data ? detail.data : "");
    settle(req);
}

/* --- on the exchange's thread --- */

/* Takes the buffer's bytes. */
static struct MHD_Response *response_of(struct cr_buf *body)
{
    size_t len = body->len;
    if (len == 0)
        return MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    char *data = body->data;
    struct MHD_Response *response =
        MHD_create_response_from_buffer(len, data, MHD_RESPMEM_MUST_FREE);
    if (response)
        *body = (struct cr_buf){0};
    return response;
}

static bool has_field(const struct cr_http_answer *answer, const char *name)
{
    struct cr_slice wanted = cr_slice_of(name);
    for (const struct cr_http_answer_field *field = answer->fields; field; field = field->next)
        if (cr_slice_equal_nocase(cr_slice_of(field->name), wanted))
            return true;
    return false;
}

/* True when the body was replaced by its compressed form. */
static bool compress(struct cr_http_request *req, bool *out_varies)
{
    struct cr_http_answer *answer = &req->answer;
    *out_varies = answer->status == 200 && answer->body.len >= req->server->options.gzip_min &&
                  cr_http_gzip_worthwhile(cr_slice_of(answer->content_type)) &&
                  !has_field(answer, "Content-Encoding");
    if (!*out_varies || !cr_http_gzip_accepted(cr_http_header(req, "Accept-Encoding")))
        return false;
    CR_AUTO(cr_buf) packed = {0};
    if (cr_http_gzip(cr_buf_view(&answer->body), &packed))
        return false;
    cr_buf_free(&answer->body);
    answer->body = packed;
    packed = (struct cr_buf){0};
    return true;
}

static bool closes(const struct cr_http_request *req)
{
    return req->close_after || req->server->closing;
}

static enum MHD_Result give(struct cr_http_request *req, int status, struct MHD_Response *response)
{
    if (req->connection && !req->streams)
        cr_http_connection_phase(req->connection, CR_HTTP_ANSWER);
    req->sent_status = status;
    return MHD_queue_response(req->mhd, (unsigned)status, response);
}

static enum MHD_Result queue(struct cr_http_request *req, int status, struct MHD_Response *response)
{
    if (!response)
        return MHD_NO;
    if (closes(req))
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
    enum MHD_Result result = give(req, status, response);
    MHD_destroy_response(response);
    return result;
}

enum MHD_Result cr_http_answer_queue(struct cr_http_request *req)
{
    struct cr_http_answer *answer = &req->answer;
    if (!answer->made && cr_buf_status(&answer->body))
        return cr_http_refuse(req, 500, "The answer could not be built: no memory or too large");
    if (answer->status < 200 || answer->status > 599)
        return cr_http_refuse(req, 500, "The handler answered with a status that does not exist");
    bool empty = !answer->made && !answer->body.len && !answer->content_type && !answer->fields;
    if (empty && !closes(req))
        return give(req, answer->status, req->server->nothing);
    bool varies = false;
    bool packed = !answer->made && compress(req, &varies);
    req->streams = answer->endless;
    struct MHD_Response *response =
        answer->made ? cr_steal(&answer->made) : response_of(&answer->body);
    if (!response)
        return MHD_NO;
    if (answer->content_type)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, answer->content_type);
    if (packed)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
    if (varies)
        MHD_add_response_header(response, MHD_HTTP_HEADER_VARY, "Accept-Encoding");
    for (const struct cr_http_answer_field *field = answer->fields; field; field = field->next)
        MHD_add_response_header(response, field->name, field->value);
    return queue(req, answer->status, response);
}

/* Uses nothing of the arena: the handler of an abandoned request may still be at work in it. */
enum MHD_Result cr_http_refuse(struct cr_http_request *req, int status, const char *text)
{
    CR_AUTO(cr_buf) body = {0};
    if (status != 200)
        cr_http_problem_write(&body, status, req->path, text ? text : "");
    struct MHD_Response *response = response_of(&body);
    if (!response)
        return MHD_NO;
    if (status != 200)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, problem_type);
    if (req->allow)
        MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, req->allow);
    if (status == 401)
        MHD_add_response_header(response, MHD_HTTP_HEADER_WWW_AUTHENTICATE,
                                CR_HTTP_BASIC_CHALLENGE);
    if (status == 415)
        MHD_add_response_header(response, MHD_HTTP_HEADER_ACCEPT_ENCODING, "gzip");
    if (status == 503)
        MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, "1");
    return queue(req, status, response);
}
