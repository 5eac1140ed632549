/* placeholders: a text is parsed to parts, a part is resolved when it is reached. */
#include "placeholders.h"

#include <stdlib.h>
#include <string.h>

#include "cr_arena.h"
#include "cr_map.h"
#include "property_place.h"

enum { SCRATCH_MAX = 64 * 1024 * 1024 };

/* Stands for "${" where it was escaped. */
static const struct cr_slice mask = {"$_{", 3};
static const struct cr_slice open_brace = {"${", 2};

struct placeholders {
    const struct cr_wire_environment *environment;
    struct cr_map *values; /* key: the first source's const struct cr_wire_property * */
    struct cr_arena *scratch;
    size_t lookups, bytes;
};

/* A key that is being resolved, or (key.ptr NULL) a pair of braces around others. */
struct frame {
    const struct frame *outer;
    struct cr_slice key;
    unsigned depth;
};

/* One text with the place of the '}' for each '{'. */
struct source {
    struct cr_slice text;
    const uint32_t *closing; /* by the place of a '{'; 0: it has none */
    bool escapes;            /* a backslash before "${" or ':' takes its meaning */
};

struct run {
    struct placeholders *placeholders;
    struct cr_err *err;
};

/* --- looking up --- */

static bool index_values(struct placeholders *placeholders)
{
    for (size_t i = placeholders->environment->source_count; i > 0; i--) {
        const struct cr_wire_source *source = &placeholders->environment->sources[i - 1];
        for (size_t k = 0; k < source->count; k++) {
            const struct cr_wire_property *property = &source->properties[k];
            if (cr_map_put(placeholders->values, property->key, (void *)(uintptr_t)property) < 0)
                return false;
        }
    }
    return true;
}

struct placeholders *placeholders_new(const struct cr_wire_environment *environment)
{
    struct placeholders *placeholders = calloc(1, sizeof(*placeholders));
    if (!placeholders)
        return NULL;
    placeholders->environment = environment;
    placeholders->values = cr_map_new(0, NULL);
    placeholders->scratch = cr_arena_new(SCRATCH_MAX);
    if (!placeholders->values || !placeholders->scratch || !index_values(placeholders)) {
        placeholders_free(placeholders);
        return NULL;
    }
    return placeholders;
}

void placeholders_free(struct placeholders *placeholders)
{
    if (!placeholders)
        return;
    cr_map_free(placeholders->values);
    cr_arena_free(placeholders->scratch);
    free(placeholders);
}

void placeholders_freep(struct placeholders **placeholders)
{
    placeholders_free(*placeholders);
}

/* Puts in front of the error where the key has its value. */
static int at_value_of(struct run *run, struct cr_slice key, int rc)
{
    const struct placeholders *placeholders = run->placeholders;
    const struct cr_wire_property *property = cr_map_get(placeholders->values, cr_slice_trim(key));
    if (property)
        property_place_prefix(placeholders->environment, property, run->err);
    return rc;
}

static int too_far(struct run *run, struct cr_slice key)
{
    return at_value_of(run, key,
                       cr_err_set(run->err, CR_EINVAL, "placeholder '${%.*s}' expands too far",
                                  CR_SLICE_ARG(cr_slice_sub(key, 0, 100))));
}

/* ptr NULL: there is none. */
static struct cr_slice value_of(struct run *run, struct cr_slice key)
{
    struct placeholders *placeholders = run->placeholders;
    placeholders->lookups++;
    const struct cr_wire_property *property = cr_map_get(placeholders->values, cr_slice_trim(key));
    if (!property || property->kind == CR_WIRE_NULL)
        return (struct cr_slice){0};
    return property->text.ptr ? property->text : CR_SLICE("");
}

/* --- the braces of a text --- */

/* Standard matching of all braces: the same as counting from each "${" on, in one pass. An open one
 * holds the place of the one around it until it is closed; 1 is added to both. */
static bool match_braces(struct run *run, struct cr_slice text, const uint32_t **out_closing)
{
    uint32_t *closing = cr_arena_array(run->placeholders->scratch, text.len + 1, sizeof(*closing));
    uint32_t open = 0;
    if (!closing)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '{') {
            closing[i] = open;
            open = (uint32_t)i + 1;
        } else if (text.ptr[i] == '}' && open > 0) {
            uint32_t around = closing[open - 1];
            closing[open - 1] = (uint32_t)i;
            open = around;
        }
    }
    while (open > 0) {
        uint32_t around = closing[open - 1];
        closing[open - 1] = 0;
        open = around;
    }
    *out_closing = closing;
    return true;
}

static ptrdiff_t next_open(const struct source *source, size_t from, size_t to)
{
    ptrdiff_t at = cr_slice_search(cr_slice_sub(source->text, from, to), open_brace);
    return at < 0 ? -1 : at + (ptrdiff_t)from;
}

static bool is_escaped(const struct source *source, size_t from, size_t at)
{
    return source->escapes && at > from && source->text.ptr[at - 1] == '\\';
}

/* --- resolving --- */

static int resolve(struct run *run, const struct source *source, size_t from, size_t to,
                   const struct frame *outer, struct cr_buf *out);

/* Appends to out, of which every byte counts. */
static int append(struct run *run, struct cr_slice text, struct cr_buf *out)
{
    run->placeholders->bytes += text.len;
    if (run->placeholders->bytes > PLACEHOLDERS_BYTES_MAX)
        return cr_err_set(run->err, CR_EINVAL, "the placeholders expand to more than %d bytes",
                          PLACEHOLDERS_BYTES_MAX);
    cr_buf_slice(out, text);
    int rc = cr_buf_status(out);
    return rc < 0 ? cr_err_set(run->err, rc, "the answer: %s", cr_code_name(rc)) : 0;
}

static int check_frame(struct run *run, const struct frame *frame)
{
    for (const struct frame *f = frame->outer; f; f = f->outer) {
        if (f->key.ptr && cr_slice_equal(f->key, frame->key))
            return at_value_of(run, frame->key,
                               cr_err_set(run->err, CR_EINVAL,
                                          "circular placeholder reference '${%.*s}'",
                                          CR_SLICE_ARG(cr_slice_sub(frame->key, 0, 100))));
    }
    if (frame->depth > PLACEHOLDERS_DEPTH_MAX ||
        run->placeholders->lookups > PLACEHOLDERS_LOOKUPS_MAX)
        return too_far(run, frame->key);
    return 0;
}

/* The value of a key with its own placeholders resolved. *out_found tells whether there is one. */
static int append_value(struct run *run, struct cr_slice key, const struct frame *outer,
                        struct cr_buf *out, bool *out_found)
{
    struct source source = {.text = value_of(run, key), .escapes = true};
    struct frame frame = {outer, cr_slice_trim(key), outer ? outer->depth + 1 : 1};
    *out_found = source.text.ptr != NULL;
    if (!*out_found)
        return 0;
    if (cr_slice_search(source.text, open_brace) < 0)
        return append(run, source.text, out);
    int rc = check_frame(run, &frame);
    if (rc < 0)
        return rc;
    if (!match_braces(run, source.text, &source.closing))
        return too_far(run, key);
    return resolve(run, &source, 0, source.text.len, &frame, out);
}

/* The first ':' that separates key and default, at the outermost level and not escaped; or `to`. */
static size_t find_separator(const struct source *source, size_t from, size_t to)
{
    size_t piece = from; /* where the text part began */
    for (size_t i = from; i < to; i++) {
        bool opens = source->text.ptr[i] == '$' && i + 1 < to && source->text.ptr[i + 1] == '{';
        if (opens && source->closing[i + 1] > 0 && source->closing[i + 1] < to &&
            !is_escaped(source, from, i)) {
            i = source->closing[i + 1];
            piece = i + 1;
        } else if (source->text.ptr[i] == ':' && !is_escaped(source, piece, i)) {
            return i;
        }
    }
    return to;
}

/* A key is made of its parts; an escaped ':' loses its backslash. */
static int resolve_key(struct run *run, const struct source *source, size_t from, size_t to,
                       const struct frame *outer, struct cr_slice *out_key)
{
    CR_AUTO(cr_buf) key = {0};
    int rc = resolve(run, source, from, to, outer, &key);
    if (rc < 0)
        return rc;
    char *copy = cr_arena_slice(run->placeholders->scratch, cr_buf_view(&key));
    if (!copy)
        return too_far(run, cr_slice_sub(source->text, from, to));
    size_t len = 0;
    for (size_t i = 0; i < key.len; i++) {
        if (source->escapes && copy[i] == '\\' && i + 1 < key.len && copy[i + 1] == ':')
            continue;
        copy[len++] = copy[i];
    }
    *out_key = (struct cr_slice){copy, len};
    return 0;
}

/* What stands between "${" and its '}'. */
static int resolve_placeholder(struct run *run, const struct source *source, size_t from, size_t to,
                               const struct frame *outer, struct cr_buf *out)
{
    struct cr_slice whole = cr_slice_sub(source->text, from, to), key = {0};
    struct frame braces = {outer, {0}, outer ? outer->depth + 1 : 1};
    bool nested = cr_slice_search(whole, open_brace) >= 0, found = false;
    size_t separator = find_separator(source, from, to);
    if (braces.depth > PLACEHOLDERS_DEPTH_MAX ||
        run->placeholders->lookups > PLACEHOLDERS_LOOKUPS_MAX)
        return too_far(run, whole);
    int rc = resolve_key(run, source, from, separator, &braces, &key);
    if (rc == 0 && !nested && !cr_slice_equal(key, whole))
        rc = append_value(run, whole, outer, out, &found);
    if (rc == 0 && !found)
        rc = append_value(run, key, outer, out, &found);
    if (rc < 0 || found)
        return rc;
    if (separator < to)
        return nested ? resolve(run, source, separator + 1, to, &braces, out)
                      : append(run, cr_slice_sub(source->text, separator + 1, to), out);
    rc = append(run, open_brace, out);
    if (rc == 0)
        rc = append(run, key, out);
    return rc < 0 ? rc : append(run, CR_SLICE("}"), out);
}

static int resolve(struct run *run, const struct source *source, size_t from, size_t to,
                   const struct frame *outer, struct cr_buf *out)
{
    size_t position = from;
    int rc = 0;
    for (ptrdiff_t open; rc == 0 && (open = next_open(source, position, to)) >= 0;) {
        size_t at = (size_t)open, inside = at + open_brace.len;
        size_t close = source->closing[inside - 1];
        if (close == 0 || close >= to) {
            rc = append(run, cr_slice_sub(source->text, position, inside), out);
            position = inside;
        } else if (is_escaped(source, from, at)) {
            rc = append(run, cr_slice_sub(source->text, position, at - 1), out);
            if (rc == 0)
                rc = append(run, open_brace, out);
            position = inside;
        } else {
            rc = append(run, cr_slice_sub(source->text, position, at), out);
            if (rc == 0)
                rc = resolve_placeholder(run, source, inside, close, outer, out);
            position = close + 1;
        }
    }
    return rc < 0 ? rc : append(run, cr_slice_sub(source->text, position, to), out);
}

/* --- escapes of the whole text --- */

/* "\${" and "\\${" become the mask. */
static void hide_escaped(struct cr_slice text, struct cr_buf *out)
{
    size_t position = 0;
    for (size_t i = 0; i + 1 < text.len; i++) {
        if (text.ptr[i] != '$' || text.ptr[i + 1] != '{' || i == position ||
            text.ptr[i - 1] != '\\')
            continue;
        size_t end = i - 1;
        if (end > position && text.ptr[end - 1] == '\\')
            end--;
        cr_buf_slice(out, cr_slice_sub(text, position, end));
        cr_buf_slice(out, mask);
        position = i + open_brace.len;
    }
    cr_buf_slice(out, cr_slice_from(text, position));
}

static void show_escaped(struct cr_slice text, struct cr_buf *out)
{
    ptrdiff_t at;
    while ((at = cr_slice_search(text, mask)) >= 0) {
        cr_buf_slice(out, cr_slice_sub(text, 0, (size_t)at));
        cr_buf_slice(out, open_brace);
        text = cr_slice_from(text, (size_t)at + mask.len);
    }
    cr_buf_slice(out, text);
}

static int resolve_all(struct run *run, struct cr_slice text, bool escapes, struct cr_buf *out)
{
    CR_AUTO(cr_buf) hidden = {0};
    CR_AUTO(cr_buf) resolved = {0};
    cr_arena_reset(run->placeholders->scratch);
    hide_escaped(text, &hidden);
    struct source source = {.text = cr_buf_view(&hidden), .escapes = escapes};
    if (cr_buf_status(&hidden) == 0 && cr_slice_search(source.text, open_brace) < 0) {
        show_escaped(source.text, out);
        return 0;
    }
    if (cr_buf_status(&hidden) < 0 || !match_braces(run, source.text, &source.closing))
        return cr_err_set(run->err, CR_ENOMEM, "out of memory");
    int rc = resolve(run, &source, 0, source.text.len, NULL, &resolved);
    if (rc < 0)
        return rc;
    show_escaped(cr_buf_view(&resolved), out);
    rc = cr_buf_status(out);
    return rc < 0 ? cr_err_set(run->err, rc, "the answer: %s", cr_code_name(rc)) : 0;
}

int placeholders_text(struct placeholders *placeholders, struct cr_slice text, struct cr_buf *out,
                      struct cr_err *err)
{
    struct run run = {.placeholders = placeholders, .err = err};
    return resolve_all(&run, text, true, out);
}

/* "${", something, '}'. */
bool placeholders_has(struct cr_slice value)
{
    ptrdiff_t at;
    while ((at = cr_slice_search(value, open_brace)) >= 0) {
        value = cr_slice_from(value, (size_t)at + open_brace.len);
        if (cr_slice_find(value, '}') > 0)
            return true;
    }
    return false;
}

int placeholders_value(struct placeholders *placeholders, struct cr_slice value, struct cr_buf *out,
                       struct cr_err *err)
{
    struct run run = {.placeholders = placeholders, .err = err};
    if (placeholders_has(value))
        return resolve_all(&run, value, false, out);
    return append(&run, value, out);
}
