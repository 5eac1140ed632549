/* Generating the heads that go on. */
#include "forward.h"

#include <string.h>

#include "cr_int.h"
#include "octet.h"

#define UPGRADE "Connection: Upgrade\r\nUpgrade: websocket\r\n"
#define CLAIMS                                                                                     \
    (FIELD_HOP | FIELD_REGENERATED | FIELD_ZUUL_DROPS) /* never copied from a request              \
                                                        */

static void write_field(struct writer *out, struct cr_slice name, struct cr_slice value)
{
    writer_slice(out, name);
    writer_literal(out, ": ");
    writer_slice(out, value);
    writer_literal(out, "\r\n");
}

static bool policy_drops(const struct forward_policy *policy, const struct field *field)
{
    return name_set_has(&policy->sensitive, field) || name_set_has(&policy->ignored, field);
}

/* May a field of the client's pass? */
static bool request_passes(const struct forward_request *forward, const struct field *field)
{
    unsigned flags = field_name_flags(field->id);
    if ((flags & CLAIMS) || ((flags & FIELD_CLIENT_CLAIM) && !forward->trusted))
        return false;
    if (field->id == FIELD_OTHER && field_name_lookalike(field->name) != FIELD_OTHER)
        return false;
    if (!trace_passes(forward->trace, field->id))
        return false;
    return !head_lists(forward->request->head, field) && !policy_drops(forward->policy, field);
}

/* A claim of a trusted client, unless Connection lists it. */
static const struct field *claim(const struct forward_request *forward, enum field_id id)
{
    const struct head *head = forward->request->head;
    if (!forward->trusted || (head->listed & field_bit(id)))
        return NULL;
    return head_find(head, id);
}

static bool has_element(struct cr_slice list, struct cr_slice wanted)
{
    struct cr_slice element;
    while (cr_slice_split(&list, ',', &element))
        if (cr_slice_equal(octet_trim(element), wanted))
            return true;
    return false;
}

/* All lines of the client's list, then our own element. */
static void write_forwarded_for(struct writer *out, const struct forward_request *forward)
{
    const struct head *head = forward->request->head;
    bool there = false, first = true;
    writer_literal(out, "X-Forwarded-For: ");
    for (size_t i = 0; claim(forward, FIELD_X_FORWARDED_FOR) && i < head->count; i++) {
        if (head->fields[i].id != FIELD_X_FORWARDED_FOR || !head->fields[i].value.len)
            continue;
        if (!first)
            writer_literal(out, ", ");
        writer_slice(out, head->fields[i].value);
        there |= has_element(head->fields[i].value, forward->peer);
        first = false;
    }
    if (!there) {
        if (!first)
            writer_literal(out, ", ");
        writer_slice(out, forward->peer);
    }
    writer_literal(out, "\r\n");
}

/* "existing,own" or "own". */
static void write_forwarded(struct writer *out, const struct forward_request *forward,
                            struct cr_slice name, enum field_id id, struct cr_slice own)
{
    const struct field *existing = claim(forward, id);
    writer_slice(out, name);
    if (existing && existing->value.len) {
        writer_slice(out, existing->value);
        writer_literal(out, ",");
    }
    writer_slice(out, own);
    writer_literal(out, "\r\n");
}

/* An absent port is derived from each protocol that the client's proxy named. */
static void write_forwarded_port(struct writer *out, const struct forward_request *forward,
                                 struct cr_slice own)
{
    const struct field *proto = claim(forward, FIELD_X_FORWARDED_PROTO);
    if (claim(forward, FIELD_X_FORWARDED_PORT) || !proto) {
        write_forwarded(out, forward, CR_SLICE("X-Forwarded-Port: "), FIELD_X_FORWARDED_PORT, own);
        return;
    }
    writer_literal(out, "X-Forwarded-Port: ");
    struct cr_slice rest = proto->value, element;
    while (cr_slice_split(&rest, ',', &element)) {
        bool secure = cr_slice_equal_nocase(octet_trim(element), CR_SLICE("https"));
        writer_slice(out, secure ? CR_SLICE("443,") : CR_SLICE("80,"));
    }
    writer_slice(out, own);
    writer_literal(out, "\r\n");
}

/* existing + ours, with one slash between. */
static void write_forwarded_prefix(struct writer *out, const struct forward_request *forward)
{
    const struct field *existing = claim(forward, FIELD_X_FORWARDED_PREFIX);
    struct cr_slice prefix = forward->policy->prefix;
    if (!prefix.len && !existing)
        return;
    writer_literal(out, "X-Forwarded-Prefix: ");
    if (existing) {
        struct cr_slice text = existing->value;
        if (prefix.len && text.len && text.ptr[text.len - 1] == '/')
            text.len--;
        writer_slice(out, text);
    }
    writer_slice(out, prefix);
    writer_literal(out, "\r\n");
}

/* A host and port as we were asked for, "localhost" and our port when we were not. */
static void write_own_authority(struct writer *out, const struct forward_request *forward)
{
    if (forward->request->host.len) {
        writer_slice(out, forward->request->host);
        return;
    }
    writer_slice(out, forward->local);
    writer_literal(out, ":");
    writer_uint(out, (uint64_t)forward->port);
}

static void write_proxy_fields(struct writer *out, const struct forward_request *forward)
{
    char area[300];
    struct writer own;
    writer_init(&own, area, sizeof(area));
    write_own_authority(&own, forward);
    write_forwarded(out, forward, CR_SLICE("X-Forwarded-Host: "), FIELD_X_FORWARDED_HOST,
                    writer_view(&own));

    struct cr_slice host;
    int port = forward->port;
    if (forward->request->host.len) {
        authority_split(forward->request->host, &host, &port);
        port = port ? port : 80;
    }
    writer_init(&own, area, sizeof(area));
    writer_uint(&own, (uint64_t)port);
    write_forwarded_port(out, forward, writer_view(&own));
    write_forwarded(out, forward, CR_SLICE("X-Forwarded-Proto: "), FIELD_X_FORWARDED_PROTO,
                    CR_SLICE("http"));
    write_forwarded_prefix(out, forward);
    write_forwarded_for(out, forward);
}

static void write_request_line(struct writer *out, const struct forward_request *forward)
{
    writer_slice(out, forward->request->head->method);
    writer_literal(out, " ");
    writer_slice(out, forward->base);
    if (forward->path.len > 1 || !forward->base.len)
        writer_slice(out, forward->path);
    writer_slice(out, forward->request->target.query);
    writer_literal(out, " HTTP/1.1\r\nHost: ");
    if (forward->policy->add_host)
        write_own_authority(out, forward);
    else
        writer_slice(out, forward->authority);
    writer_literal(out, "\r\n");
}

/* Host is the first field. */
size_t forward_authority_at(struct cr_slice head)
{
    static const char before[] = " HTTP/1.1\r\nHost: ";
    const char *found = memmem(head.ptr, head.len, before, sizeof(before) - 1);
    return found ? (size_t)(found - head.ptr) + sizeof(before) - 1 : 0;
}

static void write_length(struct writer *out, uint64_t length)
{
    writer_literal(out, "Content-Length: ");
    writer_uint(out, length);
    writer_literal(out, "\r\n");
}

/* A request without a body but with one in its nature says so: some back ends insist. */
static void write_request_framing(struct writer *out, const struct request *request)
{
    if (request->framing.kind == FRAMING_CHUNKED)
        writer_literal(out, "Transfer-Encoding: chunked\r\n");
    else if (request->framing.kind == FRAMING_LENGTH ||
             head_has(request->head, FIELD_CONTENT_LENGTH))
        write_length(out, request->framing.length);
    if (request->expects)
        writer_literal(out, "Expect: 100-continue\r\n");
    if (request->upgrades)
        writer_literal(out, UPGRADE);
}

/* OPTIONS counts its hops down (RFC 9110 7.6.2). */
static bool write_counted_down(struct writer *out, const struct request *request,
                               const struct field *field)
{
    int64_t hops;
    if (field->id != FIELD_MAX_FORWARDS ||
        !cr_slice_equal(request->head->method, CR_SLICE("OPTIONS")) ||
        cr_int_parse(field->value, 1, INT32_MAX, &hops))
        return false;
    writer_literal(out, "Max-Forwards: ");
    writer_uint(out, (uint64_t)hops - 1);
    writer_literal(out, "\r\n");
    return true;
}

static void write_via(struct writer *out, const struct forward_request *forward)
{
    if (!forward->policy->via.len)
        return;
    writer_slice(out,
                 forward->request->head->minor ? CR_SLICE("Via: 1.1 ") : CR_SLICE("Via: 1.0 "));
    writer_slice(out, forward->policy->via);
    writer_literal(out, "\r\n");
}

void forward_write_request(struct writer *out, const struct forward_request *forward)
{
    const struct request *request = forward->request;
    write_request_line(out, forward);
    for (size_t i = 0; i < request->head->count; i++) {
        const struct field *field = &request->head->fields[i];
        if (request_passes(forward, field) && !write_counted_down(out, request, field))
            write_field(out, field->name, field->value);
    }
    write_request_framing(out, request);
    if (forward->policy->add_proxy)
        write_proxy_fields(out, forward);
    write_via(out, forward);
    trace_write(out, forward->trace);
    write_field(out, CR_SLICE("X-Request-Id"), forward->id);
    writer_literal(out, "\r\n");
}

static bool response_passes(const struct head *head, const struct forward_policy *policy,
                            const struct field *field)
{
    unsigned flags = field_name_flags(field->id);
    if ((flags & (FIELD_HOP | FIELD_ZUUL_DROPS)) || field->id == FIELD_X_REQUEST_ID)
        return false;
    return !head_lists(head, field) && !policy_drops(policy, field);
}

static void write_status_line(struct writer *out, const struct head *head)
{
    writer_literal(out, "HTTP/1.1 ");
    writer_uint(out, (uint64_t)head->status);
    writer_literal(out, " ");
    writer_slice(out, head->reason);
    writer_literal(out, "\r\n");
}

static void write_response_fields(struct writer *out, const struct head *head,
                                  const struct forward_policy *policy)
{
    for (size_t i = 0; i < head->count; i++)
        if (response_passes(head, policy, &head->fields[i]))
            write_field(out, head->fields[i].name, head->fields[i].value);
}

enum framing_kind forward_framing(const struct framing *framing, bool takes_chunks)
{
    if (framing->kind == FRAMING_CHUNKED || framing->kind == FRAMING_CLOSE)
        return takes_chunks ? FRAMING_CHUNKED : FRAMING_CLOSE;
    return framing->kind;
}

void forward_write_response(struct writer *out, const struct forward_response *forward)
{
    const struct framing *framing = forward->framing;
    write_status_line(out, forward->head);
    write_response_fields(out, forward->head, forward->policy);
    if (framing->kind == FRAMING_LENGTH || framing->claims)
        write_length(out, framing->length);
    else if (forward_framing(framing, forward->takes_chunks) == FRAMING_CHUNKED)
        writer_literal(out, "Transfer-Encoding: chunked\r\n");
    write_field(out, CR_SLICE("X-Request-Id"), forward->id);
    if (forward->close)
        writer_literal(out, "Connection: close\r\n");
    else if (forward->say_keep_alive)
        writer_literal(out, "Connection: keep-alive\r\n");
    writer_literal(out, "\r\n");
}

void forward_write_interim(struct writer *out, const struct head *head,
                           const struct forward_policy *policy)
{
    write_status_line(out, head);
    write_response_fields(out, head, policy);
    writer_literal(out, "\r\n");
}

void forward_write_switch(struct writer *out, const struct forward_response *forward)
{
    write_status_line(out, forward->head);
    write_response_fields(out, forward->head, forward->policy);
    writer_literal(out, UPGRADE);
    write_field(out, CR_SLICE("X-Request-Id"), forward->id);
    writer_literal(out, "\r\n");
}

void forward_write_trailers(struct writer *out, const struct head *trailers,
                            const struct forward_policy *policy)
{
    for (size_t i = 0; i < trailers->count; i++) {
        const struct field *field = &trailers->fields[i];
        if (!(field_name_flags(field->id) & FIELD_NO_TRAILER) && !policy_drops(policy, field))
            write_field(out, field->name, field->value);
    }
    writer_literal(out, "\r\n");
}

bool forward_loops(const struct head *head, struct cr_slice via)
{
    if (!via.len || !head_has(head, FIELD_VIA))
        return false;
    for (size_t i = 0; i < head->count; i++) {
        struct cr_slice rest = head->fields[i].value, hop;
        while (head->fields[i].id == FIELD_VIA && cr_slice_split(&rest, ',', &hop))
            if (cr_slice_ends(octet_trim(hop), via))
                return true;
    }
    return false;
}
