/* Reading and writing traceparent and B3. */
#include "trace.h"

#include "cr_hex.h"

/* version "-" trace-id "-" parent-id "-" flags */
enum { PARENT_LEN = 2 + 1 + TRACE_ID_LEN + 1 + TRACE_SPAN_LEN + 1 + 2, B3_SHORT_LEN = 16 };

/* Lower-case hexadecimal digits, and not zeros only unless that is allowed. */
static bool is_hex(struct cr_slice text, bool zeros)
{
    bool any = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f'))
            return false;
        any |= c != '0';
    }
    return any || zeros;
}

/* Of an unknown version more may follow behind another dash. */
static bool parse_parent(struct cr_slice text, struct trace *out)
{
    struct cr_slice version = cr_slice_sub(text, 0, 2), id = cr_slice_sub(text, 3, 35);
    struct cr_slice span = cr_slice_sub(text, 36, 52), flags = cr_slice_sub(text, 53, PARENT_LEN);
    if (text.len < PARENT_LEN || text.ptr[2] != '-' || text.ptr[35] != '-' || text.ptr[52] != '-' ||
        !is_hex(version, true) || !is_hex(id, false) || !is_hex(span, false) ||
        !is_hex(flags, true) || cr_slice_equal(version, CR_SLICE("ff")))
        return false;
    bool first = cr_slice_equal(version, CR_SLICE("00"));
    if (text.len > PARENT_LEN && (first || text.ptr[PARENT_LEN] != '-'))
        return false;
    memcpy(out->id, id.ptr, sizeof(out->id));
    memcpy(out->flags, flags.ptr, sizeof(out->flags));
    return true;
}

/* 64 or 128 bits; the shorter ones are the lower half. */
static bool parse_b3_id(struct cr_slice text, struct trace *out)
{
    if ((text.len != B3_SHORT_LEN && text.len != TRACE_ID_LEN) || !is_hex(text, false))
        return false;
    memset(out->id, '0', sizeof(out->id));
    memcpy(out->id + TRACE_ID_LEN - text.len, text.ptr, text.len);
    return true;
}

static void set_sampled(struct trace *trace, bool sampled)
{
    trace->flags[0] = '0';
    trace->flags[1] = sampled ? '1' : '0';
}

/* "d" is debug: recorded in any case. */
static bool b3_says_sampled(struct cr_slice text)
{
    return cr_slice_equal(text, CR_SLICE("1")) || cr_slice_equal(text, CR_SLICE("d")) ||
           cr_slice_equal_nocase(text, CR_SLICE("true"));
}

/* "b3: id-span-sampled-parent", or a field for each. */
static bool read_b3(const struct head *head, struct trace *out)
{
    const struct field *single = head_find(head, FIELD_B3);
    const struct field *id = head_find(head, FIELD_X_B3_TRACEID);
    const struct field *sampled = head_find(head, FIELD_X_B3_SAMPLED);
    out->has_b3 = single || id || sampled;
    if (single) {
        struct cr_slice rest = single->value, part;
        if (!cr_slice_split(&rest, '-', &part) || !parse_b3_id(part, out))
            return false;
        (void)cr_slice_split(&rest, '-', &part);
        if (cr_slice_split(&rest, '-', &part))
            set_sampled(out, b3_says_sampled(part));
        return true;
    }
    if (sampled)
        set_sampled(out, b3_says_sampled(sampled->value));
    return id && parse_b3_id(id->value, out);
}

void trace_read(const struct head *head, const uint64_t random[3], bool sampled,
                struct trace *out_trace)
{
    const uint64_t known = field_bit(FIELD_TRACEPARENT) | field_bit(FIELD_B3) |
                           field_bit(FIELD_X_B3_TRACEID) | field_bit(FIELD_X_B3_SAMPLED);
    const uint64_t id[2] = {random[0], random[1] | 1}, span = random[2] | 1; /* none is zero */
    struct trace trace = {.on = true};
    cr_hex_write(&span, sizeof span, trace.span);
    set_sampled(&trace, sampled);
    bool named = false;
    if (head->seen & known) {
        const struct field *parent = head_find(head, FIELD_TRACEPARENT);
        bool once = parent && !(head->repeated & field_bit(FIELD_TRACEPARENT));
        named = read_b3(head, &trace);
        trace.goes_on = once && parse_parent(parent->value, &trace);
    }
    if (!named && !trace.goes_on)
        cr_hex_write(id, sizeof id, trace.id);
    *out_trace = trace;
}

static void write_span(struct writer *out, const struct trace *trace)
{
    writer_slice(out, (struct cr_slice){trace->span, sizeof(trace->span)});
}

void trace_write(struct writer *out, const struct trace *trace)
{
    struct cr_slice id = {trace->id, sizeof(trace->id)};
    if (!trace->on)
        return;
    writer_literal(out, "traceparent: 00-");
    writer_slice(out, id);
    writer_literal(out, "-");
    write_span(out, trace);
    writer_literal(out, "-");
    writer_slice(out, (struct cr_slice){trace->flags, sizeof(trace->flags)});
    writer_literal(out, "\r\n");
    if (!trace->b3 || trace->has_b3)
        return;
    writer_literal(out, "X-B3-TraceId: ");
    writer_slice(out, id);
    writer_literal(out, "\r\nX-B3-SpanId: ");
    write_span(out, trace);
    writer_literal(out, "\r\nX-B3-Sampled: ");
    writer_slice(out, (struct cr_slice){&trace->flags[1], 1});
    writer_literal(out, "\r\n");
}
