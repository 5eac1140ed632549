/* cr_yaml_plain: asks the reader's own resolver, and knows timestamps besides.
 *
 *   [0-9]{4}-[0-9]{2}-[0-9]{2}
 *   [0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(\.[0-9]*)?
 *     ([ \t]*(Z|[-+][0-9]{1,2}(:[0-9]{2})?))?
 */
#include "cr_yaml_plain.h"

#include "cr_yaml_scalar_private.h"

enum { TIMESTAMP_MAX = 50, TYPED_MAX = 1024 };

static bool is_digit(struct cr_slice text)
{
    return text.len > 0 && text.ptr[0] >= '0' && text.ptr[0] <= '9';
}

/* Takes from min to max digits off the front. */
static bool take_digits(struct cr_slice *text, size_t min, size_t max)
{
    size_t count = 0;
    for (; count < max && is_digit(*text); count++)
        *text = cr_slice_from(*text, 1);
    return count >= min;
}

static bool take(struct cr_slice *text, const char *set)
{
    if (text->len == 0 || cr_slice_find(cr_slice_of(set), text->ptr[0]) < 0)
        return false;
    *text = cr_slice_from(*text, 1);
    return true;
}

static bool is_date(struct cr_slice text)
{
    return take_digits(&text, 4, 4) && take(&text, "-") && take_digits(&text, 2, 2) &&
           take(&text, "-") && take_digits(&text, 2, 2) && text.len == 0;
}

static bool is_zone(struct cr_slice text)
{
    while (take(&text, " \t"))
        continue;
    if (take(&text, "Z"))
        return text.len == 0;
    if (!take(&text, "-+") || !take_digits(&text, 1, 2))
        return false;
    return text.len == 0 || (take(&text, ":") && take_digits(&text, 2, 2) && text.len == 0);
}

static bool is_moment(struct cr_slice text)
{
    if (!take_digits(&text, 4, 4) || !take(&text, "-") || !take_digits(&text, 1, 2) ||
        !take(&text, "-") || !take_digits(&text, 1, 2))
        return false;
    if (!take(&text, "Tt")) {
        if (!take(&text, " \t"))
            return false;
        while (take(&text, " \t"))
            continue;
    }
    if (!take_digits(&text, 1, 2) || !take(&text, ":") || !take_digits(&text, 2, 2) ||
        !take(&text, ":") || !take_digits(&text, 2, 2))
        return false;
    if (take(&text, "."))
        (void)take_digits(&text, 0, TIMESTAMP_MAX);
    return text.len == 0 || is_zone(text);
}

bool cr_yaml_plain_is_string(struct cr_slice text, struct cr_arena *arena)
{
    static const char beginnings[] = "-+.0123456789yYnNtTfFoO~<";
    struct cr_yaml_scalar scalar;
    if (text.len > TYPED_MAX ||
        (text.len > 0 && cr_slice_find(cr_slice_of(beginnings), text.ptr[0]) < 0))
        return true;
    if (text.len <= TIMESTAMP_MAX && (is_date(text) || is_moment(text)))
        return false;
    return cr_yaml_scalar_resolve(text, NULL, true, arena, &scalar, NULL) == 0 &&
           scalar.type == CR_YAML_STRING;
}
