/* Growing byte buffer with sticky failure. */
#include "cr_buf.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cr_err.h"
#include "cr_int.h"

enum { CAPACITY_FIRST = 128 };

void cr_buf_free(struct cr_buf *buf)
{
    free(buf->data);
    *buf = (struct cr_buf){.max = buf->max};
}

void cr_buf_freep(struct cr_buf *buf)
{
    cr_buf_free(buf);
}

void cr_buf_reset(struct cr_buf *buf)
{
    buf->len = 0;
    buf->failed = 0;
    if (buf->data)
        buf->data[0] = '\0';
}

char *cr_buf_reserve(struct cr_buf *buf, size_t len)
{
    if (buf->failed)
        return NULL;
    size_t wanted;
    if (cr_add_overflows(buf->len, len, &wanted) || cr_add_overflows(wanted, 1U, &wanted) ||
        (buf->max && wanted - 1 > buf->max)) {
        buf->failed = CR_ELIMIT;
        return NULL;
    }
    if (wanted > buf->capacity) {
        size_t capacity = buf->capacity ? buf->capacity : CAPACITY_FIRST;
        while (capacity < wanted)
            if (cr_mul_overflows(capacity, 2U, &capacity))
                capacity = wanted;
        char *data = realloc(buf->data, capacity);
        if (!data) {
            buf->failed = CR_ENOMEM;
            return NULL;
        }
        buf->data = data;
        buf->capacity = capacity;
    }
    return buf->data + buf->len;
}

void cr_buf_commit(struct cr_buf *buf, size_t len)
{
    buf->len += len;
    buf->data[buf->len] = '\0';
}

void cr_buf_append(struct cr_buf *buf, const void *data, size_t len)
{
    char *to = cr_buf_reserve(buf, len);
    if (!to)
        return;
    if (len)
        memcpy(to, data, len);
    cr_buf_commit(buf, len);
}

void cr_buf_slice(struct cr_buf *buf, struct cr_slice text)
{
    cr_buf_append(buf, text.ptr, text.len);
}

void cr_buf_text(struct cr_buf *buf, const char *text)
{
    cr_buf_append(buf, text, strlen(text));
}

void cr_buf_char(struct cr_buf *buf, char c)
{
    cr_buf_append(buf, &c, 1);
}

void cr_buf_int(struct cr_buf *buf, int64_t value)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%" PRId64, value);
    cr_buf_append(buf, digits, (size_t)len);
}

void cr_buf_vprintf(struct cr_buf *buf, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    if (len < 0 && !buf->failed)
        buf->failed = CR_ELIMIT; /* longer than an int counts */
    char *to = len < 0 ? NULL : cr_buf_reserve(buf, (size_t)len);
    if (to) {
        vsnprintf(to, (size_t)len + 1, format, again);
        cr_buf_commit(buf, (size_t)len);
    }
    va_end(again);
}

void cr_buf_printf(struct cr_buf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    cr_buf_vprintf(buf, format, args);
    va_end(args);
}

void cr_buf_consume(struct cr_buf *buf, size_t len)
{
    if (len > buf->len)
        len = buf->len;
    if (len == 0)
        return;
    memmove(buf->data, buf->data + len, buf->len - len);
    buf->len -= len;
    buf->data[buf->len] = '\0';
}

int cr_buf_status(const struct cr_buf *buf)
{
    return buf->failed;
}

char *cr_buf_steal(struct cr_buf *buf)
{
    if (!buf->failed && !buf->data)
        cr_buf_append(buf, "", 0);
    char *data = buf->failed ? NULL : buf->data;
    if (!data)
        free(buf->data);
    *buf = (struct cr_buf){.max = buf->max};
    return data;
}
