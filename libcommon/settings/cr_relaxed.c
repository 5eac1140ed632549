/* Relaxed names of keys and variables. */
#include "cr_relaxed_private.h"

#include "cr_attr.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

static bool is_alnum(char c)
{
    c = lower(c);
    return is_digit(c) || (c >= 'a' && c <= 'z');
}

struct writer {
    char *out;
    size_t len;
};

static struct writer writer_on(char *out)
{
    return (struct writer){out, 0};
}

static void put(struct writer *w, char c)
{
    if (w->len < CR_RELAXED_MAX - 1)
        w->out[w->len++] = c;
}

static struct cr_slice finish(struct writer *w)
{
    w->out[w->len] = '\0';
    return (struct cr_slice){w->out, w->len};
}

/* "[12" at the front of rest with its "]" */
static bool is_index(struct cr_slice rest)
{
    size_t at = 1;
    while (at < rest.len && is_digit(rest.ptr[at]))
        at++;
    return at > 1 && at < rest.len && rest.ptr[at] == ']';
}

struct cr_slice cr_relaxed(struct cr_slice key, char out[CR_RELAXED_MAX])
{
    struct writer w = writer_on(out);
    bool index = false;
    for (size_t i = 0; i < key.len; i++) {
        char c = key.ptr[i];
        if (c == '-' || c == '_')
            continue;
        if (c == '[') {
            index = is_index(cr_slice_from(key, i));
            if (index || w.len > 0)
                put(&w, index ? '[' : '.');
        } else if (c == ']') {
            if (index)
                put(&w, ']');
            index = false;
        } else {
            put(&w, lower(c));
        }
    }
    return finish(&w);
}

struct cr_slice cr_relaxed_variable(struct cr_slice key, char out[CR_RELAXED_MAX])
{
    struct writer w = writer_on(out);
    for (size_t i = 0; i < key.len; i++)
        if (is_alnum(key.ptr[i]))
            put(&w, lower(key.ptr[i]));
    return finish(&w);
}

static bool is_number(struct cr_slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!is_digit(text.ptr[i]))
            return false;
    return text.len > 0;
}

struct cr_slice cr_relaxed_from_variable(struct cr_slice variable, char out[CR_RELAXED_MAX])
{
    struct writer w = writer_on(out);
    struct cr_slice part;
    while (cr_slice_split(&variable, '_', &part)) {
        if (part.len == 0)
            continue;
        bool index = is_number(part) && w.len > 0;
        if (index || w.len > 0)
            put(&w, index ? '[' : '.');
        for (size_t i = 0; i < part.len; i++)
            put(&w, lower(part.ptr[i]));
        if (index)
            put(&w, ']');
    }
    return finish(&w);
}

struct cr_slice cr_relaxed_without_index(struct cr_slice name)
{
    ptrdiff_t open = cr_slice_find_last(name, '[');
    if (open < 0 || !cr_slice_ends(name, CR_SLICE("]")))
        return name;
    struct cr_slice digits = cr_slice_sub(name, (size_t)open + 1, name.len - 1);
    return is_number(digits) ? cr_slice_sub(name, 0, (size_t)open) : name;
}
