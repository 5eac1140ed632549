/* Spring's spellings of durations, sizes and truth values. */
#include "cr_quantity.h"

#include "cr_err.h"
#include "cr_int.h"

/* Both parsers work in exact integers: a duration in nanoseconds, a size in bytes. */
struct unit {
    const char *name;
    int64_t factor;
};

static const int64_t ns_per_ms = 1000000;

static const struct unit duration_units[] = {
    {"", 1000000},
    {"ns", 1},
    {"us", 1000},
    {"ms", 1000000},
    {"s", 1000000000},
    {"m", INT64_C(60) * 1000000000},
    {"h", INT64_C(3600) * 1000000000},
    {"d", INT64_C(86400) * 1000000000},
};

static const struct unit size_units[] = {
    {"", 1},
    {"b", 1},
    {"kb", INT64_C(1) << 10},
    {"mb", INT64_C(1) << 20},
    {"gb", INT64_C(1) << 30},
    {"tb", INT64_C(1) << 40},
};

static size_t digits(struct cr_slice text)
{
    size_t count = 0;
    while (count < text.len && text.ptr[count] >= '0' && text.ptr[count] <= '9')
        count++;
    return count;
}

/* Takes a sign off the front; true for '-'. */
static bool take_sign(struct cr_slice *text)
{
    bool negative = text->len > 0 && text->ptr[0] == '-';
    if (negative || (text->len > 0 && text->ptr[0] == '+'))
        *text = cr_slice_from(*text, 1);
    return negative;
}

/* "<digits><unit>" as digits * factor. */
static int parse_simple(struct cr_slice text, const struct unit *units, size_t unit_count,
                        int64_t *out_value)
{
    text = cr_slice_trim(text);
    bool negative = take_sign(&text);
    size_t count = digits(text);
    int64_t number;
    int rc = cr_int_parse(cr_slice_sub(text, 0, count), 0, INT64_MAX, &number);
    if (rc)
        return rc;
    struct cr_slice name = cr_slice_trim(cr_slice_from(text, count));
    for (size_t i = 0; i < unit_count; i++) {
        if (!cr_slice_equal_nocase(name, cr_slice_of(units[i].name)))
            continue;
        int64_t value;
        if (cr_mul_overflows(number, units[i].factor, &value))
            return CR_ELIMIT;
        *out_value = negative ? -value : value;
        return 0;
    }
    return CR_EPARSE;
}

/* ".5" behind a number of seconds, in nanoseconds. */
static int64_t take_fraction(struct cr_slice *text, size_t *out_count)
{
    *out_count = 0;
    if (text->len == 0 || (text->ptr[0] != '.' && text->ptr[0] != ','))
        return 0;
    *text = cr_slice_from(*text, 1);
    *out_count = digits(*text);
    int64_t ns = 0;
    int64_t place = 100000000;
    for (size_t i = 0; i < *out_count; i++, place /= 10)
        ns += (text->ptr[i] - '0') * place;
    *text = cr_slice_from(*text, *out_count);
    return ns;
}

/* One "<number><letter>" of an ISO duration; letters come in the order of `allowed`. */
static int take_iso_part(struct cr_slice *text, const char **allowed, int64_t *total_ns)
{
    bool negative = take_sign(text);
    size_t count = digits(*text);
    int64_t number;
    int rc = cr_int_parse(cr_slice_sub(*text, 0, count), 0, INT64_MAX, &number);
    if (rc)
        return rc;
    *text = cr_slice_from(*text, count);
    size_t fraction_count;
    int64_t part = take_fraction(text, &fraction_count);
    if (text->len == 0)
        return CR_EPARSE;
    struct cr_slice letter = cr_slice_sub(*text, 0, 1);
    *text = cr_slice_from(*text, 1);
    while (**allowed && !cr_slice_equal_nocase(letter, (struct cr_slice){*allowed, 1}))
        (*allowed)++;
    if (!**allowed || (fraction_count > 0 && **allowed != 's'))
        return CR_EPARSE;
    (*allowed)++;
    for (size_t i = 0; i < CR_COUNT(duration_units); i++) {
        int64_t whole;
        if (!cr_slice_equal_nocase(letter, cr_slice_of(duration_units[i].name)))
            continue;
        if (cr_mul_overflows(number, duration_units[i].factor, &whole) ||
            cr_add_overflows(part, whole, &part) ||
            cr_add_overflows(*total_ns, negative ? -part : part, total_ns))
            return CR_ELIMIT;
    }
    return 0;
}

/* Behind "P": "1DT2H3M4.5S". */
static int parse_iso(struct cr_slice text, int64_t *out_ns)
{
    int64_t total_ns = 0;
    const char *allowed = "d";
    bool parts = false;
    bool timed = false; /* behind the 'T' */
    while (text.len > 0) {
        if (text.ptr[0] == 'T' || text.ptr[0] == 't') {
            if (timed || text.len == 1)
                return CR_EPARSE;
            timed = true;
            allowed = "hms";
            text = cr_slice_from(text, 1);
            continue;
        }
        int rc = take_iso_part(&text, &allowed, &total_ns);
        if (rc)
            return rc;
        parts = true;
    }
    *out_ns = total_ns;
    return parts ? 0 : CR_EPARSE;
}

int cr_duration_parse(struct cr_slice text, int64_t *out_ms)
{
    text = cr_slice_trim(text);
    struct cr_slice unsigned_text = text;
    bool negative = take_sign(&unsigned_text);
    int64_t ns = 0;
    if (unsigned_text.len > 0 && (unsigned_text.ptr[0] == 'P' || unsigned_text.ptr[0] == 'p')) {
        int rc = parse_iso(cr_slice_from(unsigned_text, 1), &ns);
        if (rc)
            return rc;
        ns = negative ? -ns : ns;
    } else {
        int rc = parse_simple(text, duration_units, CR_COUNT(duration_units), &ns);
        if (rc)
            return rc;
    }
    *out_ms = ns / ns_per_ms;
    return 0;
}

int cr_size_parse(struct cr_slice text, int64_t *out_bytes)
{
    return parse_simple(text, size_units, CR_COUNT(size_units), out_bytes);
}

int cr_bool_parse(struct cr_slice text, bool *out_value)
{
    static const char *const words[2][4] = {{"false", "no", "off", "0"},
                                            {"true", "yes", "on", "1"}};
    text = cr_slice_trim(text);
    for (size_t truth = 0; truth < 2; truth++)
        for (size_t i = 0; i < CR_COUNT(words[truth]); i++)
            if (cr_slice_equal_nocase(text, cr_slice_of(words[truth][i]))) {
                *out_value = truth == 1;
                return 0;
            }
    return CR_EPARSE;
}
