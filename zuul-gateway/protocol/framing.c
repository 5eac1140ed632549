/* The decision where a body ends. */
#include "framing.h"

#include "cr_err.h"
#include "octet.h"

/* 1*DIGIT that fits 63 bits. */
static int parse_length(struct cr_slice text, uint64_t *out_length)
{
    if (!text.len || !octet_all(text, OCTET_DIGIT))
        return CR_EPARSE;
    uint64_t value = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (value > (INT64_MAX - 9) / 10)
            return CR_EPARSE;
        value = value * 10 + (uint64_t)(text.ptr[i] - '0');
    }
    *out_length = value;
    return 0;
}

/* Why a Transfer-Encoding is not the single word "chunked": an unknown coding is a thing that we
 * do not implement, everything else is a malformed field. */
static int refuse_coding(struct cr_slice value, struct fault *fault)
{
    struct cr_slice rest = value, coding;
    bool unknown = false;
    while (cr_slice_split(&rest, ',', &coding)) {
        coding = octet_trim(coding);
        if (!coding.len || !octet_all(coding, OCTET_TOKEN))
            return fault_set(fault, FAILURE_BAD_REQUEST, "RFC 9112 6.1",
                             "Transfer-Encoding is malformed");
        bool chunked = cr_slice_equal_nocase(coding, CR_SLICE("chunked"));
        if (chunked && rest.ptr)
            return fault_set(fault, FAILURE_BAD_REQUEST, "RFC 9112 6.1",
                             "Transfer-Encoding: chunked must be the last coding");
        unknown |= !chunked;
    }
    if (!unknown)
        return fault_set(fault, FAILURE_BAD_REQUEST, "RFC 9112 6.1",
                         "Transfer-Encoding is malformed");
    return fault_set(fault, FAILURE_NOT_IMPLEMENTED, "RFC 9112 6.1",
                     "only the transfer coding 'chunked' is known here");
}

static int request_coding(const struct head *head, struct fault *fault)
{
    if (head_has(head, FIELD_CONTENT_LENGTH))
        return fault_set(fault, FAILURE_BAD_REQUEST, "RFC 9112 6.3",
                         "both Transfer-Encoding and Content-Length");
    if (head->minor == 0)
        return fault_set(fault, FAILURE_BAD_REQUEST, "RFC 9112 6.1",
                         "Transfer-Encoding in an HTTP/1.0 request");
    if (head->repeated & field_bit(FIELD_TRANSFER_ENCODING))
        return fault_set(fault, FAILURE_BAD_REQUEST, "RFC 9112 6.1",
                         "more than one Transfer-Encoding");
    struct cr_slice value = head_find(head, FIELD_TRANSFER_ENCODING)->value;
    if (!cr_slice_equal_nocase(value, CR_SLICE("chunked")))
        return refuse_coding(value, fault);
    return 0;
}

int framing_of_request(const struct head *head, struct framing *out_framing, struct fault *fault)
{
    struct framing framing = {.kind = FRAMING_NONE};
    if (head_has(head, FIELD_TRANSFER_ENCODING)) {
        if (request_coding(head, fault))
            return CR_EPARSE;
        framing.kind = FRAMING_CHUNKED;
    } else if (head_has(head, FIELD_CONTENT_LENGTH)) {
        if (head->repeated & field_bit(FIELD_CONTENT_LENGTH))
            return fault_set(fault, FAILURE_BAD_REQUEST, "RFC 9112 6.3",
                             "more than one Content-Length");
        if (parse_length(head_find(head, FIELD_CONTENT_LENGTH)->value, &framing.length))
            return fault_set(fault, FAILURE_BAD_REQUEST, "RFC 9110 8.6",
                             "Content-Length is not a decimal number");
        if (framing.length)
            framing.kind = FRAMING_LENGTH;
    }
    *out_framing = framing;
    return 0;
}

/* All Content-Length fields of an answer must say the same number. */
static int response_length(const struct head *head, uint64_t *out_length, struct fault *fault)
{
    bool found = false;
    for (size_t i = 0; i < head->count; i++) {
        if (head->fields[i].id != FIELD_CONTENT_LENGTH)
            continue;
        uint64_t length;
        if (parse_length(head->fields[i].value, &length))
            return fault_set(fault, FAILURE_UPSTREAM_BAD_RESPONSE, "RFC 9110 8.6",
                             "Content-Length is not a decimal number");
        if (found && length != *out_length)
            return fault_set(fault, FAILURE_UPSTREAM_BAD_RESPONSE, "RFC 9112 6.3",
                             "two Content-Lengths that differ");
        *out_length = length;
        found = true;
    }
    return 0;
}

static int response_coding(const struct head *head, struct framing *framing, struct fault *fault)
{
    if (head->minor == 0 || (head->repeated & field_bit(FIELD_TRANSFER_ENCODING)) ||
        !cr_slice_equal_nocase(head_find(head, FIELD_TRANSFER_ENCODING)->value,
                               CR_SLICE("chunked")))
        return fault_set(fault, FAILURE_UPSTREAM_BAD_RESPONSE, "RFC 9112 6.1",
                         "a Transfer-Encoding other than the one word 'chunked'");
    framing->kind = FRAMING_CHUNKED;
    /* Transfer-Encoding wins (RFC 9112 6.3), but whoever sends both is not trusted again. */
    framing->doubt = head_has(head, FIELD_CONTENT_LENGTH);
    return 0;
}

int framing_of_response(const struct head *head, bool of_head, struct framing *out_framing,
                        struct fault *fault)
{
    struct framing framing = {.kind = FRAMING_CLOSE};
    bool coded = head_has(head, FIELD_TRANSFER_ENCODING);
    bool sized = head_has(head, FIELD_CONTENT_LENGTH);
    if (sized && response_length(head, &framing.length, fault))
        return CR_EPARSE;
    if (of_head || head->status < 200 || head->status == 204 || head->status == 304) {
        framing.kind = FRAMING_NONE;
        framing.claims = sized && head->status != 204 && head->status >= 200;
        /* It may send the body that it speaks of although it must not: never read on there. */
        framing.doubt = head->status >= 200 && (coded || framing.length > 0);
    } else if (coded) {
        if (response_coding(head, &framing, fault))
            return CR_EPARSE;
    } else if (sized) {
        framing.kind = framing.length ? FRAMING_LENGTH : FRAMING_NONE;
        framing.claims = !framing.length;
    } else {
        framing.doubt = true;
    }
    *out_framing = framing;
    return 0;
}
