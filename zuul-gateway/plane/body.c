/* Taking a body by its framing. */
#include "body.h"

#include "cr_err.h"

void body_init(struct body *body, const struct framing *framing, enum failure bad)
{
    *body = (struct body){
        .kind = framing->kind, .done = framing->kind == FRAMING_NONE, .left = framing->length};
    chunk_reader_init(&body->chunks, bad);
}

void body_fini(struct body *body)
{
    chunk_reader_fini(&body->chunks);
}

static int take_chunks(struct body *body, struct cr_slice text, struct gather *gather,
                       size_t *out_used, struct fault *fault)
{
    size_t used = 0;
    while (used < text.len && !body->done && gather->count < GATHER_RUNS + 2) {
        enum chunk_event event;
        struct cr_slice data = {NULL, 0};
        size_t step = 0;
        int status =
            chunk_read(&body->chunks, cr_slice_from(text, used), &event, &data, &step, fault);
        if (status)
            return status;
        used += step;
        if (event == CHUNK_DATA) {
            gather_add(gather, data);
            body->octets += data.len;
        }
        body->done = event == CHUNK_DONE;
    }
    *out_used = used;
    return 0;
}

int body_take(struct body *body, struct cr_slice text, struct gather *gather, size_t *out_used,
              struct fault *fault)
{
    *out_used = 0;
    if (body->done || !text.len)
        return 0;
    if (body->kind == FRAMING_CHUNKED)
        return take_chunks(body, text, gather, out_used, fault);
    if (body->kind == FRAMING_LENGTH && text.len > body->left)
        text.len = (size_t)body->left;
    if (!gather_add(gather, text))
        return 0;
    *out_used = text.len;
    body->octets += text.len;
    if (body->kind == FRAMING_LENGTH) {
        body->left -= text.len;
        body->done = body->left == 0;
    }
    return 0;
}

struct cr_slice body_trailers(const struct body *body)
{
    return cr_buf_view(&body->chunks.trailers);
}
