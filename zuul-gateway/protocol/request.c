/* From a parsed head to a request that can be routed. */
#include "request.h"

#include "cr_err.h"
#include "octet.h"

struct method {
    struct cr_slice name;
    bool idempotent;
    bool refused;
};

static const struct method methods[] = {
    {{"GET", 3}, true, false},     {{"HEAD", 4}, true, false},    {{"PUT", 3}, true, false},
    {{"DELETE", 6}, true, false},  {{"OPTIONS", 7}, true, false}, {{"TRACE", 5}, true, true},
    {{"CONNECT", 7}, false, true},
};

static const struct method *find_method(struct cr_slice name)
{
    for (size_t i = 0; i < CR_COUNT(methods); i++)
        if (cr_slice_equal(name, methods[i].name))
            return &methods[i];
    return NULL;
}

/* One valid Host at most, exactly one in HTTP/1.1; an absolute target must agree with it. */
static int read_host(const struct head *head, struct request *out, struct fault *fault)
{
    const struct field *host = head_find(head, FIELD_HOST);
    if (!host && head->minor >= 1)
        return fault_set(fault, FAILURE_BAD_REQUEST, "RFC 9112 3.2", "there is no Host");
    if (head->repeated & field_bit(FIELD_HOST))
        return fault_set(fault, FAILURE_BAD_REQUEST, "RFC 9112 3.2", "more than one Host");
    if (host && !authority_valid(host->value))
        return fault_set(fault, FAILURE_BAD_REQUEST, "RFC 9112 3.2", "Host is not a host and port");
    out->host = host ? host->value : (struct cr_slice){NULL, 0};
    if (out->target.form != TARGET_ABSOLUTE)
        return 0;
    if (host && !authority_equal(host->value, out->target.authority))
        return fault_set(fault, FAILURE_BAD_REQUEST, "RFC 9112 3.2.2",
                         "Host differs from the host of the request target");
    out->host = out->target.authority;
    return 0;
}

/* A back end that reads '_' as '-' would frame the message by this field. */
static int check_lookalikes(const struct head *head, struct fault *fault)
{
    for (size_t i = 0; i < head->count; i++) {
        const struct field *field = &head->fields[i];
        if (field->id != FIELD_OTHER)
            continue;
        enum field_id id = field_name_lookalike(field->name);
        if (field_name_flags(id) & FIELD_FRAMING)
            return fault_set(fault, FAILURE_BAD_REQUEST, "RFC 9112 6.3",
                             "a header that only looks like '%s'", field_name_text(id));
    }
    return 0;
}

static int read_expectation(const struct head *head, struct request *out, struct fault *fault)
{
    const struct field *expect = head_find(head, FIELD_EXPECT);
    if (!expect || head->minor == 0)
        return 0;
    if ((head->repeated & field_bit(FIELD_EXPECT)) ||
        !cr_slice_equal_nocase(expect->value, CR_SLICE("100-continue")))
        return fault_set(fault, FAILURE_EXPECTATION_FAILED, "RFC 9110 10.1.1",
                         "only 'Expect: 100-continue' can be met");
    out->expects = out->framing.kind != FRAMING_NONE;
    return 0;
}

/* Only a WebSocket is an upgrade here; whoever asks for another goes on without it. */
static int read_upgrade(const struct head *head, struct request *out, struct fault *fault)
{
    const struct field *upgrade = head_find(head, FIELD_UPGRADE);
    if (!upgrade || head->minor == 0 || (head->repeated & field_bit(FIELD_UPGRADE)) ||
        !(head->listed & field_bit(FIELD_UPGRADE)) ||
        !cr_slice_equal(head->method, CR_SLICE("GET")) ||
        !cr_slice_equal_nocase(upgrade->value, CR_SLICE("websocket")))
        return 0;
    if (out->framing.kind != FRAMING_NONE)
        return fault_set(fault, FAILURE_BAD_REQUEST, "RFC 6455 4.1",
                         "a request for a WebSocket that has a body");
    out->upgrades = true;
    return 0;
}

static bool takes_trailers(const struct head *head)
{
    for (size_t i = 0; i < head->count; i++) {
        struct cr_slice rest = head->fields[i].value, coding;
        while (head->fields[i].id == FIELD_TE && cr_slice_split(&rest, ',', &coding))
            if (cr_slice_equal_nocase(octet_trim(coding), CR_SLICE("trailers")))
                return true;
    }
    return false;
}

static bool answered_here(const struct head *head, const struct target *target)
{
    if (!cr_slice_equal(head->method, CR_SLICE("OPTIONS")))
        return false;
    const struct field *hops = head_find(head, FIELD_MAX_FORWARDS);
    return target->form == TARGET_ASTERISK || (hops && cr_slice_is(hops->value, "0"));
}

int request_read(const struct head *head, struct request *out_request, struct fault *fault)
{
    struct request request = {.head = head};
    if (target_split(head->target, head->method, &request.target, fault) ||
        read_host(head, &request, fault) || check_lookalikes(head, fault) ||
        framing_of_request(head, &request.framing, fault))
        return CR_EPARSE;
    const struct method *method = find_method(head->method);
    if (method && method->refused)
        return fault_set(fault, FAILURE_METHOD_NOT_ALLOWED, "RFC 9110 9.3",
                         "%.*s is not served by a gateway", CR_SLICE_ARG(head->method));
    if (read_expectation(head, &request, fault) || read_upgrade(head, &request, fault))
        return CR_EPARSE;
    request.idempotent = method && method->idempotent;
    request.is_head = cr_slice_equal(head->method, CR_SLICE("HEAD"));
    request.takes_chunks = head->minor >= 1;
    request.persistent = !head->close && (head->minor >= 1 || head->keep_alive);
    request.takes_trailers = request.takes_chunks && takes_trailers(head);
    request.answer_here = answered_here(head, &request.target);
    *out_request = request;
    return 0;
}
