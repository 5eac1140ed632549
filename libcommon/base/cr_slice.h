/* cr_slice: a borrowed run of bytes; what parsers read and hand out.
 *
 * Ownership: none; the bytes belong to somebody else and must outlive the slice.
 * Errors:    none; functions are total. An empty slice may have a NULL ptr.
 * Threads:   value type.
 *
 * What every request does dozens of times stands here, so that the compiler sees through it.
 */
#ifndef CR_SLICE_H
#define CR_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct cr_slice {
    const char *ptr;
    size_t len;
};

/* Of a string literal, for initialisers and arguments. */
#define CR_SLICE(literal) ((struct cr_slice){(literal), sizeof(literal) - 1})
/* For printf: "%.*s", CR_SLICE_ARG(s). */
#define CR_SLICE_ARG(s) ((int)(s).len), ((s).ptr ? (s).ptr : "")

/* Of a NUL-terminated string; NULL gives the empty slice. */
static inline struct cr_slice cr_slice_of(const char *text)
{
    return (struct cr_slice){text, text ? strlen(text) : 0};
}

static inline bool cr_slice_equal(struct cr_slice a, struct cr_slice b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline bool cr_slice_is(struct cr_slice a, const char *text)
{
    return cr_slice_equal(a, cr_slice_of(text));
}

bool cr_slice_equal_nocase(struct cr_slice a, struct cr_slice b); /* ASCII */
int cr_slice_compare(struct cr_slice a, struct cr_slice b);       /* bytes, as memcmp */
static inline bool cr_slice_starts(struct cr_slice s, struct cr_slice prefix)
{
    return s.len >= prefix.len && (prefix.len == 0 || memcmp(s.ptr, prefix.ptr, prefix.len) == 0);
}
bool cr_slice_ends(struct cr_slice s, struct cr_slice suffix);

/* Index of the first (last) c, or -1. */
static inline ptrdiff_t cr_slice_find(struct cr_slice s, char c)
{
    const char *hit = s.len ? (const char *)memchr(s.ptr, c, s.len) : NULL;
    return hit ? hit - s.ptr : -1;
}
ptrdiff_t cr_slice_find_last(struct cr_slice s, char c);
/* Index of the first occurrence of needle, or -1. */
ptrdiff_t cr_slice_search(struct cr_slice s, struct cr_slice needle);

/* From start to end (exclusive); both are clipped to the slice. */
static inline struct cr_slice cr_slice_sub(struct cr_slice s, size_t start, size_t end)
{
    if (end > s.len)
        end = s.len;
    if (start >= end)
        return (struct cr_slice){s.ptr, 0};
    return (struct cr_slice){s.ptr + start, end - start};
}

static inline struct cr_slice cr_slice_from(struct cr_slice s, size_t start)
{
    return cr_slice_sub(s, start, s.len);
}

/* Without blanks (space, tab, CR, LF) at both ends. */
struct cr_slice cr_slice_trim(struct cr_slice s);

/* Takes the part before the next separator out of *rest; false when *rest is used up, which is
 * shown by a NULL ptr. "a,,b" gives "a", "", "b"; "a," gives "a", ""; "" gives one empty part. */
static inline bool cr_slice_split(struct cr_slice *rest, char separator, struct cr_slice *out_part)
{
    if (!rest->ptr)
        return false;
    *out_part = *rest;
    ptrdiff_t at = cr_slice_find(*rest, separator);
    if (at < 0) {
        *rest = (struct cr_slice){NULL, 0};
        return true;
    }
    out_part->len = (size_t)at;
    *rest = (struct cr_slice){rest->ptr + at + 1, rest->len - (size_t)at - 1};
    return true;
}

/* Compares in time that depends on the lengths only: for credentials. */
bool cr_slice_equal_secret(struct cr_slice a, struct cr_slice b);

#endif
