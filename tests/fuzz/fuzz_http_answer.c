/* An instance's answer, with the interim ones before it: where ours and a foreign reader both
 * accept, both saw the same; and what goes on to the client is, for the foreign reader, exactly
 * that one answer. */
#include "fuzz_http.h"

struct input {
    bool of_head;
    bool takes_chunks;
    size_t piece;
};

static void check_forwarded(const struct head *head, const struct framing *framing,
                            const struct input *input, const struct cr_buf *body)
{
    static const struct forward_policy policy = {0};
    static char area[64 * 1024 + FORWARD_EXTRA];
    const struct forward_response made = {.head = head,
                                          .policy = &policy,
                                          .framing = framing,
                                          .takes_chunks = input->takes_chunks,
                                          .close = !input->takes_chunks,
                                          .id = CR_SLICE("id-1")};
    struct writer writer;
    CR_AUTO(cr_buf) wire = {0};
    struct foreign foreign;
    writer_init(&writer, area, sizeof(area));
    forward_write_response(&writer, &made);
    FUZZ_HOLDS(!writer.full);
    cr_buf_slice(&wire, writer_view(&writer));
    fuzz_frame(forward_framing(framing, input->takes_chunks), body, &wire);
    foreign_read(&foreign, input->of_head ? FOREIGN_ANSWER_TO_HEAD : FOREIGN_ANSWER,
                 cr_buf_view(&wire));
    if (!foreign.misled) {
        FUZZ_HOLDS(!foreign.failed && foreign.count == 1);
        FUZZ_HOLDS(foreign.messages[0].status == head->status);
        FUZZ_HOLDS(fuzz_same(body, &foreign.messages[0].body));
    }
    foreign_free(&foreign);
}

static void check_same(const struct head *head, const struct cr_buf *body,
                       const struct foreign_message *theirs)
{
    CR_AUTO(cr_buf) fields = {0};
    fuzz_fields(head, &fields);
    FUZZ_HOLDS(theirs->status == head->status);
    FUZZ_HOLDS(fuzz_same(&fields, &theirs->fields));
    FUZZ_HOLDS(fuzz_same(body, &theirs->body));
}

/* Reads one answer; how many octets it had when it was an interim one, else 0. */
static size_t read_one(struct cr_slice text, const struct input *input,
                       const struct foreign *foreign, size_t number)
{
    static struct head head;
    struct framing framing;
    struct fault fault = {0};
    size_t used = 0;
    bool early;
    ptrdiff_t length = fuzz_head(head_read_response, text, input->piece, &head, &early);
    if (length <= 0)
        return 0;
    if (framing_of_response(&head, input->of_head, &framing, &fault)) {
        FUZZ_HOLDS(fault.failure == FAILURE_UPSTREAM_BAD_RESPONSE && fault.text[0]);
        return 0;
    }
    FUZZ_HOLDS(!early);
    CR_AUTO(cr_buf) body = {0};
    if (fuzz_body(&framing, cr_slice_from(text, (size_t)length), input->piece, &body, &used) != 1)
        return 0;
    if (number < FOREIGN_MESSAGES_MAX) {
        FUZZ_HOLDS(foreign->count > number || foreign->failed);
        if (foreign->count > number)
            check_same(&head, &body, &foreign->messages[number]);
    }
    if (head.status < 200)
        return head.status == 101 ? 0 : (size_t)length;
    check_forwarded(&head, &framing, input, &body);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    struct cr_slice text = fuzz_slice(data + 2, size - 2);
    const struct input input = {(data[0] & 1) != 0, (data[0] & 2) == 0, data[1] ? data[1] : size};
    struct foreign foreign;
    size_t used;
    foreign_read(&foreign, input.of_head ? FOREIGN_ANSWER_TO_HEAD : FOREIGN_ANSWER, text);
    for (size_t number = 0; (used = read_one(text, &input, &foreign, number)) > 0; number++)
        text = cr_slice_from(text, used);
    foreign_free(&foreign);
    return 0;
}
