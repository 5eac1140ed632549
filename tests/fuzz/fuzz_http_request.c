/* Requests on one connection: where ours and a foreign reader both accept, both saw the same
 * requests; and what goes on to an instance is, for the foreign reader, exactly that one request.
 */
#include "request.h"

#include "fuzz_http.h"

/* What the gateway would send on, head and body. */
static void forward(const struct request *request, const struct cr_buf *body, struct cr_buf *out)
{
    static const struct forward_policy policy = {.add_proxy = true, .via = {"gateway", 7}};
    static char area[64 * 1024 + FORWARD_EXTRA], canonical[16 * 1024];
    struct cr_slice path = CR_SLICE("/");
    struct fault fault;
    if (request->target.form != TARGET_ASTERISK &&
        target_normalise(request->target.path, canonical, &path, &fault))
        return;
    static const uint64_t random_words[3] = {1, 2, 3};
    struct trace trace;
    trace_read(request->head, random_words, false, &trace);
    trace.b3 = true;
    const struct forward_request made = {.request = request,
                                         .policy = &policy,
                                         .path = path,
                                         .authority = CR_SLICE("instance:8080"),
                                         .peer = CR_SLICE("10.0.0.1"),
                                         .local = CR_SLICE("localhost"),
                                         .port = 9090,
                                         .trace = &trace,
                                         .id = CR_SLICE("id-1")};
    struct writer writer;
    writer_init(&writer, area, sizeof(area));
    forward_write_request(&writer, &made);
    FUZZ_HOLDS(!writer.full);
    cr_buf_slice(out, writer_view(&writer));
    fuzz_frame(request->framing.kind, body, out);
}

static void check_forwarded(const struct request *request, const struct cr_buf *body)
{
    CR_AUTO(cr_buf) wire = {0};
    struct foreign foreign;
    forward(request, body, &wire);
    if (!wire.len)
        return;
    foreign_read(&foreign, FOREIGN_REQUEST, cr_buf_view(&wire));
    if (!foreign.unknown_method && !foreign.misled) {
        const struct foreign_message *seen = &foreign.messages[0];
        FUZZ_HOLDS(!foreign.failed && foreign.count == 1);
        FUZZ_HOLDS(fuzz_same(body, &seen->body));
        FUZZ_HOLDS(cr_slice_equal(cr_buf_view(&seen->method), request->head->method));
        FUZZ_HOLDS(seen->target.len && seen->target.data[0] == '/');
        FUZZ_HOLDS(seen->target.len == 1 || seen->target.data[1] != '/');
        FUZZ_HOLDS(cr_slice_starts(cr_buf_view(&seen->fields), CR_SLICE("host: instance:8080\n")));
    }
    foreign_free(&foreign);
}

static void check_same(const struct request *request, const struct cr_buf *body,
                       const struct foreign_message *theirs)
{
    CR_AUTO(cr_buf) fields = {0};
    fuzz_fields(request->head, &fields);
    FUZZ_HOLDS(cr_slice_equal(cr_buf_view(&theirs->method), request->head->method));
    FUZZ_HOLDS(cr_slice_equal(cr_buf_view(&theirs->target), request->head->target));
    FUZZ_HOLDS(fuzz_same(&fields, &theirs->fields));
    FUZZ_HOLDS(fuzz_same(body, &theirs->body));
}

/* Reads request number `number` off the front of text; how many octets it had, 0 when it was the
 * last. */
static size_t read_one(struct cr_slice text, size_t piece, const struct foreign *foreign,
                       size_t number)
{
    static struct head head;
    struct request request;
    struct fault fault = {0};
    size_t used = 0;
    bool early;
    ptrdiff_t length = fuzz_head(head_read_request, text, piece, &head, &early);
    if (length <= 0)
        return 0;
    if (request_read(&head, &request, &fault)) {
        FUZZ_HOLDS(fault.failure != FAILURE_NONE && fault.text[0]);
        return 0;
    }
    FUZZ_HOLDS(!early);
    CR_AUTO(cr_buf) body = {0};
    if (fuzz_body(&request.framing, cr_slice_from(text, (size_t)length), piece, &body, &used) != 1)
        return 0;
    /* We have a whole request: the foreign reader has the same one, or refused. */
    if (number < FOREIGN_MESSAGES_MAX) {
        FUZZ_HOLDS(foreign->count > number || foreign->failed);
        if (foreign->count > number)
            check_same(&request, &body, &foreign->messages[number]);
    }
    check_forwarded(&request, &body);
    return request.persistent ? (size_t)length + used : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size)
        return 0;
    struct cr_slice text = fuzz_slice(data + 1, size - 1);
    size_t piece = data[0] ? data[0] : size, used;
    struct foreign foreign;
    foreign_read(&foreign, FOREIGN_REQUEST, text);
    for (size_t number = 0; (used = read_one(text, piece, &foreign, number)) > 0; number++)
        text = cr_slice_from(text, used);
    foreign_free(&foreign);
    return 0;
}
