/* Numbers as text. */
#include "writer.h"

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
