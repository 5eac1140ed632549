/* accept: reads an Accept header against the two forms that there are. */
#include "accept.h"

#include "cr_attr.h"
#include "cr_wire_environment.h"

static const struct {
    const char *range;
    enum accept_form form;
} ranges[] = {
    {"application/json", ACCEPT_PLAIN},
    {CR_WIRE_ENVIRONMENT_V2, ACCEPT_ORIGINS},
    {"application/*", ACCEPT_PLAIN},
    {"application/*+json", ACCEPT_ORIGINS},
    {"*/*", ACCEPT_PLAIN},
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

enum accept_form accept_form(struct cr_slice header)
{
    if (cr_slice_trim(header).len == 0)
        return ACCEPT_PLAIN;
    enum accept_form best = ACCEPT_NONE;
    int best_weight = 0;
    struct cr_slice item;
    while (cr_slice_split(&header, ',', &item)) {
        struct cr_slice range;
        (void)cr_slice_split(&item, ';', &range);
        range = cr_slice_trim(range);
        int weight = weight_in(item);
        for (size_t i = 0; i < CR_COUNT(ranges); i++) {
            if (weight > best_weight &&
                cr_slice_equal_nocase(range, cr_slice_of(ranges[i].range))) {
                best = ranges[i].form;
                best_weight = weight;
            }
        }
    }
    return best;
}
