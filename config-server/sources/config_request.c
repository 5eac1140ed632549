/* config_request: refuses what could name a place outside the configuration, splits the rest. */
#include "config_request.h"

#include <locale.h>
#include <string.h>
#include <wctype.h>

#include "cr_hex.h"
#include "cr_utf8.h"

enum kind { NAME, PROFILES, LABEL, PATH };
static const char *const kind_names[] = {"name", "profiles", "label", "path"};

/* One more percent-decoding; what is no escape stays. */
static struct cr_slice decode_again(struct cr_slice text, struct cr_arena *arena)
{
    char *out = cr_arena_alloc(arena, text.len + 1);
    if (!out)
        return (struct cr_slice){0};
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        int octet =
            c == '%' && i + 2 < text.len ? cr_hex_octet(text.ptr[i + 1], text.ptr[i + 2]) : -1;
        if (octet >= 0) {
            c = (char)octet;
            i += 2;
        }
        out[len++] = c;
    }
    return (struct cr_slice){out, len};
}

static bool escapes_location(struct cr_slice text)
{
    return cr_slice_search(text, CR_SLICE("..")) >= 0 || cr_slice_find(text, '#') >= 0 ||
           cr_slice_starts(text, CR_SLICE("(_)")) || cr_slice_starts(text, CR_SLICE("/"));
}

/* Backslashes to slashes, runs of slashes to one, leading controls and blanks away. */
static struct cr_slice normalise(struct cr_slice text, struct cr_arena *arena)
{
    char *out = cr_arena_alloc(arena, text.len + 1);
    if (!out)
        return (struct cr_slice){0};
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i] == '\\' ? '/' : text.ptr[i];
        if (len == 0 && ((unsigned char)c <= ' ' || c == 0x7f))
            continue;
        if (c == '/' && len > 0 && out[len - 1] == '/')
            continue;
        out[len++] = c;
    }
    return (struct cr_slice){out, len};
}

static bool has_forbidden_byte(enum kind kind, struct cr_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c < ' ' || c == 0x7f || (c == '/' && kind != PATH) || c == '\\')
            return true;
    }
    return false;
}

static int refuse(struct cr_err *err, enum kind kind, struct cr_slice text, const char *why)
{
    return cr_err_set(err, CR_EINVAL, "%s '%.*s': %s", kind_names[kind],
                      text.len > 100 ? 100 : CR_SLICE_ARG(text), why);
}

static bool has_star(struct cr_slice text)
{
    return cr_slice_find(text, '*') >= 0 || cr_slice_find(text, '?') >= 0;
}

static int check_text(enum kind kind, struct cr_slice text, struct cr_arena *arena,
                      struct cr_err *err)
{
    if (text.len > CONFIG_REQUEST_TEXT_MAX)
        return cr_err_set(err, CR_EINVAL, "%s: %zu bytes long, at most %d are allowed",
                          kind_names[kind], text.len, CONFIG_REQUEST_TEXT_MAX);
    if (!cr_utf8_valid(text))
        return cr_err_set(err, CR_EINVAL, "%s: not UTF-8", kind_names[kind]);
    if (has_forbidden_byte(kind, text))
        return cr_err_set(err, CR_EINVAL,
                          "%s: an encoded slash, backslash or control character is refused (write "
                          "'(_)' for a slash)",
                          kind_names[kind]);
    if (cr_slice_trim(text).len == 0)
        return refuse(err, kind, text, "empty");
    if (kind == NAME && has_star(text)) /* {application} of a search path would be a pattern */
        return refuse(err, kind, text, "must not contain '*' or '?'");
    bool bad = escapes_location(text);
    if (!bad && cr_slice_find(text, '%') >= 0) {
        struct cr_slice decoded = decode_again(text, arena);
        bad = escapes_location(decoded) || escapes_location(normalise(decoded, arena)) ||
              cr_arena_failed(arena);
    }
    if (bad)
        return refuse(err, kind, text, "must not contain '..' or '#' nor begin with a slash");
    return 0;
}

static int check_label(struct cr_slice label, struct cr_arena *arena, struct cr_err *err)
{
    int rc = check_text(LABEL, label, arena, err);
    if (rc == 0 && has_star(label))
        return refuse(err, LABEL, label, "'*' and '?' stand in no branch's or tag's name");
    return rc;
}

/* "(_)" stands for a slash, which cannot travel in a path segment. */
static struct cr_slice translate_slashes(struct cr_slice text, struct cr_arena *arena)
{
    char *out = cr_arena_alloc(arena, text.len + 1);
    if (!out)
        return (struct cr_slice){0};
    size_t len = 0;
    while (text.len > 0) {
        bool slash = cr_slice_starts(text, CR_SLICE("(_)"));
        out[len++] = slash ? '/' : text.ptr[0];
        text = cr_slice_from(text, slash ? 3 : 1);
    }
    return (struct cr_slice){out, len};
}

static bool listed(const struct config_list *list, struct cr_slice item)
{
    for (size_t i = 0; i < list->count; i++) {
        if (cr_slice_equal(list->items[i], item))
            return true;
    }
    return false;
}

static int split_list(enum kind kind, struct cr_slice text, size_t max, struct cr_arena *arena,
                      struct config_list *out_list, struct cr_err *err)
{
    struct cr_slice *items = cr_arena_array(arena, max, sizeof(*items));
    if (!items)
        return cr_err_set(err, CR_ENOMEM, "%s: out of memory", kind_names[kind]);
    struct config_list list = {.items = items};
    struct cr_slice rest = text, part;
    while (cr_slice_split(&rest, ',', &part)) {
        if (cr_slice_trim(part).len == 0)
            continue;
        if (kind != LABEL) /* a blank is part of a label's name, and one that is asked for twice
                              counts twice */
            part = cr_slice_trim(part);
        if (kind != LABEL && listed(&list, part))
            continue;
        if (cr_slice_starts(cr_slice_trim(part), CR_SLICE("/")))
            return refuse(err, kind, text, "no item may begin with a slash");
        if (list.count == max)
            return cr_err_set(err, CR_EINVAL, "%s: more than %zu items", kind_names[kind], max);
        items[list.count++] = part;
    }
    if (list.count == 0)
        return refuse(err, kind, text, "empty");
    *out_list = list;
    return 0;
}

/* Java's Character.isLetterOrDigit for what is not ASCII, from the C library's tables. */
static bool is_letter_or_digit(uint32_t point, locale_t *unicode)
{
    if (point < 0x80)
        return (point >= '0' && point <= '9') || (point >= 'a' && point <= 'z') ||
               (point >= 'A' && point <= 'Z');
    if (!*unicode)
        *unicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    return *unicode && iswalnum_l((wint_t)point, *unicode);
}

static bool profile_is_valid(struct cr_slice profile, locale_t *unicode)
{
    struct cr_slice rest = profile;
    bool first = true, last = false;
    while (rest.len > 0) {
        uint32_t point = cr_utf8_next(&rest);
        last = is_letter_or_digit(point, unicode);
        bool mark = point < 0x80 && point > 0 && strchr("-_.+@", (char)point);
        if (!last && (first || !mark))
            return false;
        first = false;
    }
    return last;
}

static int check_profiles(struct cr_slice profiles, struct cr_err *err)
{
    locale_t unicode = (locale_t)0;
    struct cr_slice rest = profiles, part;
    int rc = 0;
    while (rc == 0 && cr_slice_split(&rest, ',', &part)) {
        if (!profile_is_valid(part, &unicode))
            rc = refuse(err, PROFILES, profiles,
                        "each profile consists of letters, digits and -_.+@ and begins and ends "
                        "with a letter or digit");
    }
    if (unicode)
        freelocale(unicode);
    return rc;
}

/* {profile} of a search path would be a pattern, and "!" is what Spring has for "not". */
static int check_any_profiles(struct cr_slice profiles, struct cr_err *err)
{
    struct cr_slice rest = profiles, part;
    if (has_star(profiles))
        return refuse(err, PROFILES, profiles, "must not contain '*' or '?'");
    while (cr_slice_split(&rest, ',', &part))
        if (cr_slice_starts(cr_slice_trim(part), CR_SLICE("!")))
            return refuse(err, PROFILES, profiles, "no profile may begin with '!'");
    return 0;
}

static int check_all(struct cr_slice name, struct cr_slice profiles, struct cr_slice label,
                     struct cr_arena *arena, struct cr_err *err)
{
    int rc = check_text(NAME, name, arena, err);
    if (rc == 0)
        rc = check_text(PROFILES, profiles, arena, err);
    return rc == 0 && label.ptr ? check_label(label, arena, err) : rc;
}

static int take_apart(struct cr_slice name, struct cr_slice profiles, struct cr_slice label,
                      struct cr_arena *arena, struct config_request *out_request,
                      struct cr_err *err)
{
    struct config_request request = {.name = translate_slashes(name, arena), .profiles = profiles};
    if (label.ptr)
        request.label = translate_slashes(label, arena);
    if (cr_arena_failed(arena))
        return cr_err_set(err, CR_ENOMEM, "out of memory");
    int rc =
        split_list(NAME, request.name, CONFIG_REQUEST_NAMES_MAX, arena, &request.name_list, err);
    if (rc == 0)
        rc = split_list(PROFILES, profiles, CONFIG_REQUEST_PROFILES_MAX, arena,
                        &request.profile_list, err);
    if (rc == 0 && label.ptr)
        rc = split_list(LABEL, request.label, CONFIG_REQUEST_LABELS_MAX, arena, &request.label_list,
                        err);
    if (rc == 0)
        *out_request = request;
    return rc;
}

int config_request_parse_any(struct cr_slice name, struct cr_slice profiles, struct cr_slice label,
                             struct cr_arena *arena, struct config_request *out_request,
                             struct cr_err *err)
{
    int rc = check_all(name, profiles, label, arena, err);
    if (rc == 0)
        rc = check_any_profiles(profiles, err);
    return rc < 0 ? rc : take_apart(name, profiles, label, arena, out_request, err);
}

int config_request_parse(struct cr_slice name, struct cr_slice profiles, struct cr_slice label,
                         struct cr_arena *arena, struct config_request *out_request,
                         struct cr_err *err)
{
    int rc = check_all(name, profiles, label, arena, err);
    if (rc == 0)
        rc = check_profiles(profiles, err);
    return rc < 0 ? rc : take_apart(name, profiles, label, arena, out_request, err);
}

int config_request_path(struct cr_slice path, struct cr_arena *arena, struct cr_slice *out_path,
                        struct cr_err *err)
{
    int rc = check_text(PATH, path, arena, err);
    if (rc < 0)
        return rc;
    *out_path = translate_slashes(path, arena);
    return out_path->ptr ? 0 : cr_err_set(err, CR_ENOMEM, "out of memory");
}
