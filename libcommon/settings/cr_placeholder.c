/* ${key} and ${key:default}, nested and recursive, as Spring's PropertyPlaceholderHelper. */
#include "cr_environment_private.h"

/* EXPANSIONS_MAX bounds the work: "${e}${e}" thirty levels deep with an empty e has no output. */
enum { DEPTH_MAX = 32, EXPANSIONS_MAX = 4096, OUTPUT_MAX = 64 * 1024 };

struct frame {
    const struct frame *outer;
    struct cr_slice placeholder;
};

struct expansion {
    const struct cr_environment *environment;
    struct cr_err *err;
    unsigned count;
};

static int expand(struct expansion *x, struct cr_slice text, const struct frame *outer,
                  struct cr_buf *out);

/* The place of the '}' that belongs to the "${" before `text`, or -1. */
static ptrdiff_t find_end(struct cr_slice text)
{
    unsigned open = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '{')
            open++;
        if (text.ptr[i] == '}' && open-- == 0)
            return (ptrdiff_t)i;
    }
    return -1;
}

static int check_frame(struct expansion *x, const struct frame *frame)
{
    struct cr_slice name = cr_slice_sub(frame->placeholder, 0, 80);
    unsigned depth = 0;
    for (const struct frame *f = frame->outer; f; f = f->outer) {
        depth++;
        if (cr_slice_equal(f->placeholder, frame->placeholder))
            return cr_err_set(x->err, CR_EPARSE, "placeholder '${%.*s}' refers to itself",
                              CR_SLICE_ARG(name));
    }
    if (depth >= DEPTH_MAX || ++x->count > EXPANSIONS_MAX)
        return cr_err_set(x->err, CR_ELIMIT, "placeholder '${%.*s}' expands too far",
                          CR_SLICE_ARG(name));
    return 0;
}

static const char *value_of(struct expansion *x, struct cr_slice key)
{
    const struct cr_environment_pair *pair =
        cr_environment_find(x->environment, cr_slice_trim(key), NULL);
    return pair ? pair->text : NULL;
}

/* The whole text is tried as a key first: a key may hold a colon. */
static int expand_one(struct expansion *x, struct cr_slice inside, const struct frame *outer,
                      struct cr_buf *out)
{
    struct frame frame = {outer, inside};
    CR_AUTO(cr_buf) key = {.max = OUTPUT_MAX};
    int rc = check_frame(x, &frame);
    if (rc == 0)
        rc = expand(x, inside, &frame, &key);
    if (rc)
        return rc;
    struct cr_slice name = cr_buf_view(&key);
    const char *value = value_of(x, name);
    ptrdiff_t colon = cr_slice_find(name, ':');
    if (!value && colon >= 0) {
        value = value_of(x, cr_slice_sub(name, 0, (size_t)colon));
        if (!value)
            return expand(x, cr_slice_from(name, (size_t)colon + 1), &frame, out);
    }
    if (value)
        return expand(x, cr_slice_of(value), &frame, out);
    struct cr_slice shown = cr_slice_sub(name, 0, 80);
    return cr_err_set(x->err, CR_EPARSE,
                      "placeholder '${%.*s}' has no value: set it, or give a default "
                      "'${%.*s:...}'",
                      CR_SLICE_ARG(shown), CR_SLICE_ARG(shown));
}

static int expand(struct expansion *x, struct cr_slice text, const struct frame *outer,
                  struct cr_buf *out)
{
    while (text.len > 0) {
        ptrdiff_t at = cr_slice_search(text, CR_SLICE("${"));
        struct cr_slice rest = cr_slice_from(text, at < 0 ? text.len : (size_t)at + 2);
        ptrdiff_t end = at < 0 ? -1 : find_end(rest);
        if (end < 0) {
            cr_buf_slice(out, text);
            break;
        }
        struct cr_slice before = cr_slice_sub(text, 0, (size_t)at);
        text = cr_slice_from(rest, (size_t)end + 1);
        if (cr_slice_ends(before, CR_SLICE("\\"))) {
            /* "\${x}" is the text "${x}" */
            before.len--;
            cr_buf_slice(out, before);
            cr_buf_append(out, rest.ptr - 2, (size_t)end + 3);
            continue;
        }
        cr_buf_slice(out, before);
        int rc = expand_one(x, cr_slice_sub(rest, 0, (size_t)end), outer, out);
        if (rc)
            return rc;
    }
    int rc = cr_buf_status(out);
    return rc ? cr_err_set(x->err, rc, "a value is longer than %d bytes", OUTPUT_MAX) : 0;
}

int cr_placeholder_expand(const struct cr_environment *environment, struct cr_slice text,
                          struct cr_buf *out, struct cr_err *err)
{
    struct expansion x = {.environment = environment, .err = err};
    out->max = OUTPUT_MAX;
    return expand(&x, text, NULL, out);
}
