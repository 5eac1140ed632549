/* Appending to a fixed area. */
#include "writer.h"

#include <string.h>

void writer_slice(struct writer *writer, struct cr_slice text)
{
    if (text.len > (size_t)(writer->end - writer->at)) {
        writer->full = true;
        return;
    }
    if (text.len)
        memcpy(writer->at, text.ptr, text.len);
    writer->at += text.len;
}

void writer_uint(struct writer *writer, uint64_t value)
{
    char digits[20];
    size_t at = sizeof(digits);
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    writer_slice(writer, (struct cr_slice){digits + at, sizeof(digits) - at});
}
