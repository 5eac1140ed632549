/* Collecting the pieces of one write. */
#include "gather.h"

static void put(struct gather *gather, size_t slot, struct cr_slice text)
{
    /* writev(2) only reads, but its struct is shared with readv(2). */
    gather->slots[slot] = (struct iovec){(void *)(uintptr_t)text.ptr, text.len};
}

void gather_init(struct gather *gather, struct cr_slice head)
{
    put(gather, 0, head);
    put(gather, 1, (struct cr_slice){NULL, 0});
    gather->count = 2;
    gather->octets = 0;
}

void gather_head(struct gather *gather, struct cr_slice head)
{
    put(gather, 0, head);
}

bool gather_add(struct gather *gather, struct cr_slice run)
{
    if (gather->count == GATHER_RUNS + 2)
        return false;
    put(gather, gather->count++, run);
    gather->octets += run.len;
    return true;
}

void gather_frame(struct gather *gather, enum framing_kind kind, bool last,
                  struct cr_slice trailers)
{
    if (kind != FRAMING_CHUNKED)
        return;
    if (gather->octets) {
        put(gather, 1, (struct cr_slice){gather->line, chunk_line(gather->octets, gather->line)});
        put(gather, gather->count++, CR_SLICE("\r\n"));
    }
    if (last) {
        put(gather, gather->count++, CR_SLICE("0\r\n"));
        put(gather, gather->count++, trailers.len ? trailers : CR_SLICE("\r\n"));
    }
}

size_t gather_size(const struct gather *gather)
{
    size_t size = 0;
    for (size_t i = 0; i < gather->count; i++)
        size += gather->slots[i].iov_len;
    return size;
}
