/* accept: reads an Accept header into ranges, the best first. */
#include "accept.h"

#include <stdio.h>

#include "cr_attr.h"
#include "cr_wire_environment.h"

enum { RANGES_MAX = 32 };

struct range {
    struct cr_slice text; /* "type/subtype" */
    int weight;           /* in thousandths */
    int specificity;      /* 0: all, 1: some subtypes, 2: one type */
};

struct ranges {
    struct range items[RANGES_MAX];
    size_t count;
};

/* "0.8" as 800; what is no weight counts as 1. */
static int weight_of(struct cr_slice text)
{
    if (text.len == 0 || (text.ptr[0] != '0' && text.ptr[0] != '1'))
        return 1000;
    int weight = (text.ptr[0] - '0') * 1000, unit = 100;
    for (size_t i = 2; i < text.len && text.ptr[1] == '.' && unit > 0; i++, unit /= 10) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return 1000;
        weight += (text.ptr[i] - '0') * unit;
    }
    return weight > 1000 ? 1000 : weight;
}

static int weight_in(struct cr_slice parameters)
{
    struct cr_slice parameter;
    while (cr_slice_split(&parameters, ';', &parameter)) {
        parameter = cr_slice_trim(parameter);
        if (parameter.len > 2 && (parameter.ptr[0] == 'q' || parameter.ptr[0] == 'Q') &&
            parameter.ptr[1] == '=')
            return weight_of(cr_slice_from(parameter, 2));
    }
    return 1000;
}

static bool is_token(struct cr_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!plain && cr_slice_find(CR_SLICE("!#$%&'*+-.^_`|~"), c) < 0)
            return false;
    }
    return text.len > 0;
}

static bool read_range(struct cr_slice item, struct range *out_range)
{
    struct cr_slice text = {0}, subtype;
    (void)cr_slice_split(&item, ';', &text);
    text = cr_slice_trim(text);
    struct cr_slice type;
    subtype = text;
    if (!cr_slice_split(&subtype, '/', &type) || !is_token(type) || !is_token(subtype) ||
        text.len >= ACCEPT_TYPE_SIZE / 2)
        return false;
    bool some = cr_slice_starts(subtype, CR_SLICE("*"));
    *out_range = (struct range){text, weight_in(item), cr_slice_is(type, "*") ? 0 : some ? 1 : 2};
    return out_range->weight > 0;
}

static bool goes_before(const struct range *a, const struct range *b)
{
    return a->weight != b->weight ? a->weight > b->weight : a->specificity > b->specificity;
}

/* Where none was sent, everything is taken. */
static void read_ranges(struct cr_slice header, struct ranges *ranges)
{
    struct cr_slice item;
    struct range range;
    ranges->count = 0;
    if (cr_slice_trim(header).len == 0)
        header = CR_SLICE("*/*");
    while (ranges->count < RANGES_MAX && cr_slice_split(&header, ',', &item)) {
        if (!read_range(item, &range))
            continue;
        size_t at = ranges->count++;
        for (; at > 0 && goes_before(&range, &ranges->items[at - 1]); at--)
            ranges->items[at] = ranges->items[at - 1];
        ranges->items[at] = range;
    }
}

static bool is_range(const struct range *range, const char *text)
{
    return cr_slice_equal_nocase(range->text, cr_slice_of(text));
}

enum accept_form accept_form(struct cr_slice header)
{
    static const struct {
        const char *range;
        enum accept_form form;
    } forms[] = {
        {"application/json", ACCEPT_PLAIN},
        {CR_WIRE_ENVIRONMENT_V2, ACCEPT_ORIGINS},
        {"application/*", ACCEPT_PLAIN},
        {"application/*+json", ACCEPT_ORIGINS},
        {"*/*", ACCEPT_PLAIN},
    };
    struct ranges ranges;
    read_ranges(header, &ranges);
    for (size_t i = 0; i < ranges.count; i++) {
        for (size_t k = 0; k < CR_COUNT(forms); k++) {
            if (is_range(&ranges.items[i], forms[k].range))
                return forms[k].form;
        }
    }
    return ACCEPT_NONE;
}

static bool is_json(struct cr_slice type)
{
    return cr_slice_equal_nocase(type, CR_SLICE("application/json")) ||
           cr_slice_ends(type, CR_SLICE("+json"));
}

/* The type that a text bears for a range; empty where it names none. */
static struct cr_slice text_type(const struct range *range)
{
    if (range->specificity == 0 || is_range(range, "text/*"))
        return CR_SLICE("text/plain");
    if (is_range(range, "application/*+json"))
        return CR_SLICE("application/json");
    return range->specificity == 2 ? range->text : (struct cr_slice){0};
}

/* Bytes go before texts unless a range that means both comes first. */
enum accept_file accept_file(struct cr_slice header, char out_type[ACCEPT_TYPE_SIZE])
{
    struct ranges ranges;
    struct cr_slice type = {0};
    read_ranges(header, &ranges);
    for (size_t i = 0; i < ranges.count; i++) {
        const struct range *range = &ranges.items[i];
        if (is_range(range, "application/octet-stream") || is_range(range, "application/*")) {
            (void)snprintf(out_type, ACCEPT_TYPE_SIZE, "application/octet-stream");
            return ACCEPT_FILE_BYTES;
        }
        if (type.len == 0)
            type = text_type(range);
        if (range->specificity == 0)
            break;
    }
    if (type.len == 0)
        return ACCEPT_FILE_NONE;
    (void)snprintf(out_type, ACCEPT_TYPE_SIZE, "%.*s%s", CR_SLICE_ARG(type),
                   is_json(type) ? "" : ";charset=UTF-8");
    return ACCEPT_FILE_TEXT;
}
