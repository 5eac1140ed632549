/* Negotiation and answers. */
#include "eureka_call.h"

#include <stdio.h>
#include <stdlib.h>

#include "cr_http_gzip.h"
#include "cr_int.h"

static const char json_type[] = "application/json";
static const char xml_type[] = "application/xml";

/* ---- negotiation ---- */

/* One range of an Accept header, as far as it matters here. */
struct range {
    bool json, xml; /* it takes that */
    bool wild;      /* by a '*' */
    int weight;     /* thousandths; 0: "not this" */
};

/* "0.5" as 500; what cannot be read counts as 1, as nobody would write it to be refused. */
static int weight_of(struct cr_slice text)
{
    int weight = 0;
    int digit = 1000;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '.')
            continue;
        if (c < '0' || c > '9')
            return 1000;
        weight += digit * (c - '0');
        digit /= 10;
    }
    return weight > 1000 ? 1000 : weight;
}

static struct range range_of(struct cr_slice text)
{
    struct cr_slice part = {0};
    cr_slice_split(&text, ';', &part);
    struct cr_slice type = cr_slice_trim(part);
    bool wild = cr_slice_is(type, "*/*") || cr_slice_is(type, "*") ||
                cr_slice_equal_nocase(type, CR_SLICE("application/*"));
    struct range range = {
        .json = wild || cr_slice_equal_nocase(type, cr_slice_of(json_type)),
        .xml = wild || cr_slice_equal_nocase(type, cr_slice_of(xml_type)),
        .wild = wild,
        .weight = 1000,
    };
    while (text.ptr && cr_slice_split(&text, ';', &part)) {
        part = cr_slice_trim(part);
        if (cr_slice_starts(part, CR_SLICE("q=")) || cr_slice_starts(part, CR_SLICE("Q=")))
            range.weight = weight_of(cr_slice_trim(cr_slice_from(part, 2)));
    }
    return range;
}

/* What a client takes, and which of the two it would rather have. */
struct taste {
    bool any;          /* one of the two */
    bool refuses_json; /* it says so */
    bool prefers_json;
};

static struct taste taste_of(struct cr_slice accept)
{
    struct taste taste = {.any = cr_slice_trim(accept).len == 0};
    struct range best = {0};
    struct cr_slice part;
    while (accept.len > 0 && cr_slice_split(&accept, ',', &part)) {
        struct range range = range_of(part);
        if (!range.json && !range.xml)
            continue;
        if (range.weight == 0) {
            taste.refuses_json = taste.refuses_json || !range.xml;
            continue;
        }
        taste.any = true;
        /* Of equal weights the exact one counts, then the one that comes first. */
        if (range.weight > best.weight || (range.weight == best.weight && best.wild && !range.wild))
            best = range;
    }
    taste.prefers_json = best.json && !best.xml;
    return taste;
}

static bool acceptable(struct cr_http_request *req, const struct taste *taste)
{
    if (taste->any)
        return true;
    eureka_answer_fault(req, 406, "the registry speaks application/json and application/xml");
    return false;
}

bool eureka_list_form(struct cr_http_request *req, enum cr_wire_form *out_form)
{
    struct cr_slice accept = cr_http_header(req, "Accept");
    struct taste taste = taste_of(accept);
    /* Netflix looks for the word, wherever it stands. */
    bool json = accept.ptr && cr_slice_search(accept, CR_SLICE("json")) >= 0 && !taste.refuses_json;
    bool compact =
        cr_slice_equal_nocase(cr_http_header(req, "X-Eureka-Accept"), CR_SLICE("compact"));
    *out_form = json ? (compact ? CR_WIRE_JSON_COMPACT : CR_WIRE_JSON)
                     : (compact ? CR_WIRE_XML_COMPACT : CR_WIRE_XML);
    return acceptable(req, &taste);
}

bool eureka_single_form(struct cr_http_request *req, enum cr_wire_form *out_form)
{
    struct taste taste = taste_of(cr_http_header(req, "Accept"));
    *out_form = taste.prefers_json ? CR_WIRE_JSON : CR_WIRE_XML;
    return acceptable(req, &taste);
}

enum cr_wire_form eureka_preferred_form(const struct cr_http_request *req)
{
    return taste_of(cr_http_header(req, "Accept")).prefers_json ? CR_WIRE_JSON : CR_WIRE_XML;
}

/* ---- requests ---- */

struct cr_slice eureka_app_name(struct cr_slice text, struct cr_arena *arena)
{
    char *copy = cr_arena_slice(arena, text);
    for (size_t i = 0; copy && i < text.len; i++)
        if (copy[i] >= 'a' && copy[i] <= 'z')
            copy[i] = (char)(copy[i] - 'a' + 'A');
    return (struct cr_slice){copy, copy ? text.len : 0};
}

enum registry_origin eureka_origin(const struct cr_http_request *req)
{
    bool peer = cr_slice_is(cr_http_header(req, "x-netflix-discovery-replication"), "true");
    return peer ? REGISTRY_PEER : REGISTRY_CLIENT;
}

bool eureka_dirty(const struct cr_http_request *req, int64_t *out_ms, const int64_t **out_dirty)
{
    struct cr_slice text = cr_http_query(req, "lastDirtyTimestamp");
    *out_dirty = NULL;
    if (text.len == 0)
        return true;
    if (cr_int_parse(text, INT64_MIN, INT64_MAX, out_ms))
        return false;
    *out_dirty = out_ms;
    return true;
}

/* Is the charset among a Content-Type's parameters one of those that Netflix takes? */
static bool charset_is_known(struct cr_slice parameters)
{
    struct cr_slice part;
    while (parameters.ptr && cr_slice_split(&parameters, ';', &part)) {
        part = cr_slice_trim(part);
        ptrdiff_t equals = cr_slice_find(part, '=');
        if (equals < 0 ||
            !cr_slice_equal_nocase(cr_slice_sub(part, 0, (size_t)equals), CR_SLICE("charset")))
            continue;
        struct cr_slice value = cr_slice_from(part, (size_t)equals + 1);
        if (value.len >= 2 && value.ptr[0] == '"')
            value = cr_slice_sub(value, 1, value.len - 1);
        if (!cr_slice_equal_nocase(value, CR_SLICE("utf-8")) &&
            !cr_slice_equal_nocase(value, CR_SLICE("iso-8859-1")))
            return false;
    }
    return true;
}

enum eureka_body eureka_body_type(const struct cr_http_request *req)
{
    struct cr_slice rest = cr_http_header(req, "Content-Type");
    struct cr_slice type = {0};
    cr_slice_split(&rest, ';', &type);
    type = cr_slice_trim(type);
    if (!charset_is_known(rest))
        return EUREKA_BODY_OTHER;
    if (cr_slice_equal_nocase(type, cr_slice_of(json_type)))
        return EUREKA_BODY_JSON;
    return cr_slice_equal_nocase(type, cr_slice_of(xml_type)) ? EUREKA_BODY_XML : EUREKA_BODY_OTHER;
}

/* ---- answers ---- */

void eureka_answer_empty(struct cr_http_request *req, int status)
{
    cr_http_answer(req, status, NULL, (struct cr_slice){0});
}

/* A text that may quote a client: a header takes printable ASCII only. */
static void put_detail(struct cr_http_request *req, const char *detail)
{
    char *text = detail ? cr_arena_text(cr_http_arena(req), detail) : NULL;
    for (char *c = text; c && *c; c++)
        if (*c < 0x20 || *c > 0x7e)
            *c = '?';
    if (text)
        cr_http_answer_header(req, "X-Crema-Detail", text);
}

void eureka_answer_fault(struct cr_http_request *req, int status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *detail = cr_arena_vprintf(cr_http_arena(req), format, args);
    va_end(args);
    put_detail(req, detail);
    eureka_answer_empty(req, status);
}

static void release_document(void *owner)
{
    document_unref(owner);
}

/* Takes the document. */
static void answer_pieces(struct cr_http_request *req, const struct eureka_call *call, int status,
                          enum cr_wire_form form, struct document *document, bool packed)
{
    struct cr_slice gzip = packed ? document_gzip(document) : (struct cr_slice){0};
    struct cr_http_pieces body = {&gzip, 1, release_document, document};
    if (gzip.ptr)
        cr_http_answer_header(req, "Content-Encoding", "gzip");
    else
        body.items = document_pieces(document, &body.count);
    cr_counter_add(eureka_metrics(call->server)->bytes[form][gzip.ptr != NULL],
                   (int64_t)(gzip.ptr ? gzip.len : document_len(document)));
    cr_http_answer_pieces(req, status, cr_wire_content_type(form), &body);
}

static bool takes_gzip(const struct cr_http_request *req)
{
    return cr_http_gzip_accepted(cr_http_header(req, "Accept-Encoding"));
}

void eureka_answer_document(struct cr_http_request *req, const struct eureka_call *call, int status,
                            enum cr_wire_form form, struct document *document)
{
    enum { GZIP_MIN = 1024 }; /* as for other answers, see cr_http_server.h */
    if (!document) {
        cr_http_problem(req, 500, "no memory for the answer");
        return;
    }
    bool large = status == 200 && document_len(document) >= GZIP_MIN;
    if (large)
        cr_http_answer_header(req, "Vary", "Accept-Encoding");
    answer_pieces(req, call, status, form, document, large && takes_gzip(req));
}

void eureka_answer_list(struct cr_http_request *req, const struct eureka_call *call,
                        enum cr_wire_form form, struct document *document)
{
    cr_http_answer_header(req, "Vary", "Accept, Accept-Encoding, X-Eureka-Accept");
    if (document)
        answer_pieces(req, call, 200, form, document, takes_gzip(req));
    else
        cr_http_problem(req, 500, "no memory for the answer");
}

void eureka_answer_found(struct cr_http_request *req, const struct eureka_call *call, bool found,
                         enum cr_wire_form form, struct document *document)
{
    if (found)
        eureka_answer_document(req, call, 200, form, document);
    else
        eureka_answer_empty(req, 404);
}

/* Only the bare type is answered in JSON: a parameter makes it XML there too. */
void eureka_answer_unreadable(struct cr_http_request *req, const struct cr_err *err)
{
    bool json = cr_slice_equal_nocase(cr_http_header(req, "Content-Type"), cr_slice_of(json_type));
    put_detail(req, err->text);
    cr_http_answer(req, 400, json ? json_type : xml_type,
                   json ? CR_SLICE("{\"error\": \"cannot parse request body\"}")
                        : CR_SLICE("<error><message>cannot parse request body</message></error>"));
}
