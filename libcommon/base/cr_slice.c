/* Borrowed byte runs. */
#include "cr_slice.h"

#include <string.h>

static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

bool cr_slice_equal_nocase(struct cr_slice a, struct cr_slice b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (lower(a.ptr[i]) != lower(b.ptr[i]))
            return false;
    return true;
}

int cr_slice_compare(struct cr_slice a, struct cr_slice b)
{
    size_t shared = a.len < b.len ? a.len : b.len;
    int order = shared ? memcmp(a.ptr, b.ptr, shared) : 0;
    if (order)
        return order;
    return (a.len > b.len) - (a.len < b.len);
}

bool cr_slice_ends(struct cr_slice s, struct cr_slice suffix)
{
    return s.len >= suffix.len && cr_slice_equal(cr_slice_from(s, s.len - suffix.len), suffix);
}

ptrdiff_t cr_slice_find_last(struct cr_slice s, char c)
{
    const char *hit = s.len ? memrchr(s.ptr, c, s.len) : NULL;
    return hit ? hit - s.ptr : -1;
}

ptrdiff_t cr_slice_search(struct cr_slice s, struct cr_slice needle)
{
    if (needle.len == 0)
        return 0;
    const char *hit = s.len ? memmem(s.ptr, s.len, needle.ptr, needle.len) : NULL;
    return hit ? hit - s.ptr : -1;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct cr_slice cr_slice_trim(struct cr_slice s)
{
    while (s.len > 0 && is_blank(s.ptr[0]))
        s = cr_slice_from(s, 1);
    while (s.len > 0 && is_blank(s.ptr[s.len - 1]))
        s.len--;
    return s;
}

bool cr_slice_equal_secret(struct cr_slice a, struct cr_slice b)
{
    unsigned char difference = a.len != b.len;
    for (size_t i = 0; i < a.len; i++) {
        char other = b.len ? b.ptr[i % b.len] : '\0';
        difference |= (unsigned char)(a.ptr[i] ^ other);
    }
    return difference == 0;
}
