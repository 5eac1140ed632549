/* The chunked coding as a state machine that can stop at any octet. */
#include "chunk.h"

#include <string.h>

#include "cr_err.h"
#include "cr_hex.h"
#include "cr_int.h"
#include "octet.h"

enum state {
    SIZE,
    BLANKS,
    EXTENSION,
    QUOTED,
    ESCAPED,
    SIZE_LF,
    DATA,
    DATA_CR,
    DATA_LF,
    TRAILER_FIRST, /* nothing of a trailer section seen yet */
    TRAILER,       /* inside a line, kept in trailers */
    TRAILER_LF,    /* the CR that ends everything was seen */
    DONE,
};

void chunk_reader_init(struct chunk_reader *reader, enum failure bad)
{
    *reader = (struct chunk_reader){.bad = bad, .trailers = {.max = CHUNK_TRAILERS_MAX}};
}

void chunk_reader_fini(struct chunk_reader *reader)
{
    cr_buf_free(&reader->trailers);
}

static int bad(const struct chunk_reader *reader, const char *text, struct fault *fault)
{
    return fault_set(fault, reader->bad, "RFC 9112 7.1", "chunked body: %s", text);
}

static int read_size(struct chunk_reader *reader, char c, struct fault *fault)
{
    int digit = cr_hex_value(c);
    if (digit >= 0) {
        if (++reader->digits > CHUNK_DIGITS_MAX)
            return fault_limit(fault, reader->bad, "RFC 9112 7.1", CHUNK_DIGITS_MAX,
                               "chunked body: a size of too many digits");
        reader->left = reader->left * 16 + (uint64_t)digit;
        return 0;
    }
    if (!reader->digits)
        return bad(reader, "a size that does not begin with a hexadecimal digit", fault);
    reader->line_octets = 0;
    if (c == '\r')
        reader->state = SIZE_LF;
    else if (c == ';')
        reader->state = EXTENSION;
    else if (c == ' ' || c == '\t')
        reader->state = BLANKS;
    else
        return bad(reader, "a size that is not a hexadecimal number", fault);
    return 0;
}

/* Blanks behind the size, and extensions, which are bounded and dropped. */
static int read_extension(struct chunk_reader *reader, char c, struct fault *fault)
{
    if (c == '\r' && (reader->state == BLANKS || reader->state == EXTENSION)) {
        reader->state = SIZE_LF;
        return 0;
    }
    if (++reader->line_octets > CHUNK_EXTENSION_MAX)
        return fault_limit(fault, reader->bad, "RFC 9112 7.1.1", CHUNK_EXTENSION_MAX,
                           "chunked body: an extension that is too long");
    if (++reader->all_octets > CHUNK_EXTENSIONS_MAX)
        return fault_limit(fault, reader->bad, "RFC 9112 7.1.1", CHUNK_EXTENSIONS_MAX,
                           "chunked body: too many extensions");
    if (!octet_is(c, OCTET_VALUE))
        return bad(reader, "a control character in an extension", fault);
    if (reader->state == QUOTED)
        reader->state = c == '"' ? EXTENSION : c == '\\' ? ESCAPED : QUOTED;
    else if (reader->state == ESCAPED)
        reader->state = QUOTED;
    else if (reader->state == EXTENSION)
        reader->state = c == '"' ? QUOTED : EXTENSION;
    else if (c == ';')
        reader->state = EXTENSION;
    else if (c != ' ' && c != '\t')
        return bad(reader, "a size that is not a hexadecimal number", fault);
    return 0;
}

static int expect(struct chunk_reader *reader, char c, char wanted, enum state next,
                  struct fault *fault)
{
    if (c != wanted)
        return bad(reader, "a line that does not end in CRLF", fault);
    reader->state = (unsigned char)next;
    return 0;
}

static int read_size_end(struct chunk_reader *reader, char c, struct fault *fault)
{
    reader->digits = 0;
    return expect(reader, c, '\n', reader->left ? DATA : TRAILER_FIRST, fault);
}

/* Keeps one octet of the section. */
static int keep(struct chunk_reader *reader, char c, struct fault *fault)
{
    cr_buf_char(&reader->trailers, c);
    int status = cr_buf_status(&reader->trailers);
    if (status == CR_ELIMIT)
        return fault_limit(fault, reader->bad, "RFC 9112 7.1.2", CHUNK_TRAILERS_MAX,
                           "the trailer section is too large");
    return status;
}

/* A line of the trailer section is kept until the empty one behind it ends the body. */
static int read_trailer(struct chunk_reader *reader, char c, struct fault *fault)
{
    struct cr_buf *kept = &reader->trailers;
    bool line_start = kept->len && kept->data[kept->len - 1] == '\n';
    bool after_cr = kept->len && kept->data[kept->len - 1] == '\r';
    if (after_cr != (c == '\n'))
        return bad(reader, "a trailer line that does not end in CRLF", fault);
    int status = keep(reader, c, fault);
    if (status)
        return status;
    if (line_start && c == '\r')
        reader->state = TRAILER_LF;
    return 0;
}

static int read_trailer_end(struct chunk_reader *reader, char c, struct fault *fault)
{
    int status = reader->trailers.len ? keep(reader, c, fault) : 0;
    if (status)
        return status;
    return expect(reader, c, '\n', DONE, fault);
}

/* One octet of anything but data. */
static int step(struct chunk_reader *reader, char c, struct fault *fault)
{
    switch ((enum state)reader->state) {
    case SIZE:
        return read_size(reader, c, fault);
    case BLANKS:
    case EXTENSION:
    case QUOTED:
    case ESCAPED:
        return read_extension(reader, c, fault);
    case SIZE_LF:
        return read_size_end(reader, c, fault);
    case DATA_CR:
        return expect(reader, c, '\r', DATA_LF, fault);
    case DATA_LF:
        return expect(reader, c, '\n', SIZE, fault);
    case TRAILER_FIRST:
        if (c == '\r') {
            reader->state = TRAILER_LF;
            return 0;
        }
        reader->state = TRAILER;
        return read_trailer(reader, c, fault);
    case TRAILER:
        return read_trailer(reader, c, fault);
    case TRAILER_LF:
        return read_trailer_end(reader, c, fault);
    case DATA:
    case DONE:
        break;
    }
    return CR_EINTERNAL;
}

/* Checks the section once it is whole; the caller parses it again when it wants the fields. */
static int finish(const struct chunk_reader *reader, struct fault *fault)
{
    static const struct head_limits limits = {.field_max = CHUNK_TRAILERS_MAX,
                                              .count_max = HEAD_FIELDS_MAX};
    if (!reader->trailers.len)
        return 0;
    struct head fields;
    if (head_read_trailers(cr_buf_view(&reader->trailers), &limits, &fields, fault)) {
        fault->failure = reader->bad;
        return CR_EPARSE;
    }
    return 0;
}

int chunk_read(struct chunk_reader *reader, struct cr_slice text, enum chunk_event *out_event,
               struct cr_slice *out_data, size_t *out_used, struct fault *fault)
{
    size_t used = 0;
    *out_event = CHUNK_MORE;
    while (used < text.len && reader->state != DONE) {
        if (reader->state == DATA) {
            size_t run = text.len - used;
            if (run > reader->left)
                run = (size_t)reader->left;
            *out_data = (struct cr_slice){text.ptr + used, run};
            *out_event = CHUNK_DATA;
            reader->left -= run;
            if (!reader->left)
                reader->state = DATA_CR;
            used += run;
            break;
        }
        int status = step(reader, text.ptr[used++], fault);
        if (status)
            return status;
    }
    *out_used = used;
    if (reader->state == DONE && *out_event == CHUNK_MORE) {
        *out_event = CHUNK_DONE;
        return finish(reader, fault);
    }
    return 0;
}

size_t chunk_line(uint64_t size, char out[CHUNK_LINE_SIZE])
{
    size_t len = 1;
    while (len < 16 && size >> (4 * len))
        len++;
    for (size_t i = 0; i < len; i++)
        out[i] = cr_hex_digit(size >> (4 * (len - 1 - i)));
    out[len] = '\r';
    out[len + 1] = '\n';
    return len + 2;
}
